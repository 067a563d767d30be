import { Type } from 'typebox'
import type { Caller } from '../../../cluster/access/callers.ts'
import { PeerUnknown } from '../../../errors/members.ts'
import { Grant } from '../../../schemas/grant.ts'
import { HistoryRange, PeerHistory, PeerPast } from '../../../schemas/history.ts'
import { PeerDetail, PeerView } from '../../../schemas/peer.ts'
import { operator, operatorOrPeer } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, sendJson } from '../routes.ts'

const PeerPage = Type.Intersect([PeerDetail, PeerPast])
const Policy = Type.Object({ peer: Type.String(), grants: Type.Array(Grant) })
const RemovedPeer = Type.Object({
  status: Type.Literal('removed'),
  peer: Type.String(),
  /** Those who have put it out as well by now; others hear of it at their next sign of life. */
  told: Type.Optional(Type.Array(Type.String()))
})
const PolicyRequest = Type.Object({ grants: Type.Array(Grant, { maxItems: 64 }) })

type PeerServices = Pick<
  Services,
  'self' | 'membership' | 'peerList' | 'policies' | 'cluster' | 'history' | 'rotation' | 'telling'
>

/** The peers of this node: looked at, asked now, allowed, removed. */
export function peerRoutes(app: Routes, services: PeerServices): void {
  const { self, membership, peerList, policies, cluster, history, rotation, telling } = services
  app.addHook('preHandler', async () => self.assertEnabled())
  const schema = { tags: ['peers'] }
  const page = (name: string) => ({ ...membership.detail(name), ...history.past(membership.find(name).id) })

  app.get(
    '/api/cluster/peers',
    {
      config: operatorOrPeer('cluster:read'),
      schema: {
        ...schema,
        summary: 'All peers and how they are',
        response: answers(Type.Object({ peers: Type.Array(PeerView) }))
      }
    },
    async ({ caller }, reply) =>
      caller.kind === 'peer'
        ? { peers: [membership.view(caller.id)].filter((view) => view !== undefined) }
        : sendJson(reply, peerList())
  )

  app.get(
    '/api/cluster/peers/:name',
    {
      config: operatorOrPeer('cluster:read'),
      schema: {
        ...schema,
        summary: 'One peer, with the evidence for its state',
        params: NameParams,
        response: answers(PeerPage)
      }
    },
    async ({ caller, params }) => {
      assertShown(caller, params.name)
      return page(params.name)
    }
  )

  app.get(
    '/api/cluster/peers/:name/history',
    {
      config: operatorOrPeer('cluster:read'),
      schema: {
        ...schema,
        summary: 'What is remembered of a peer',
        params: NameParams,
        querystring: Type.Object({ range: Type.Optional(HistoryRange) }),
        response: answers(PeerHistory)
      }
    },
    async ({ caller, params, query }) => {
      assertShown(caller, params.name)
      return history.of(membership.find(params.name).id, query.range ?? 'hour')
    }
  )

  app.post(
    '/api/cluster/peers/:name/check',
    {
      config: operator('cluster:read'),
      schema: { ...schema, summary: 'Ask a peer now', params: NameParams, response: answers(PeerPage) }
    },
    async ({ params }) => {
      await cluster.check(membership.find(params.name).id)
      return page(params.name)
    }
  )

  app.post(
    '/api/cluster/peers/:name/approve',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Let in a peer that waits for approval',
        params: NameParams,
        response: answers(PeerView)
      }
    },
    async ({ params }) => membership.approve(params.name)
  )

  app.post(
    '/api/cluster/peers/:name/rotate',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Change the keys between this server and a peer, both ways',
        params: NameParams,
        response: answers(Type.Object({ status: Type.Literal('rotated'), peer: Type.String() }))
      }
    },
    async ({ params }) => {
      const { id, name } = membership.find(params.name)
      await rotation.renew(id, { mutual: true, atOnce: true })
      return { status: 'rotated' as const, peer: name }
    }
  )

  app.delete(
    '/api/cluster/peers/:name',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Remove a peer on both sides',
        params: NameParams,
        querystring: Type.Object({
          everywhere: Type.Optional(Type.Boolean({ description: 'Also on those to whom this server introduced it' }))
        }),
        response: answers(RemovedPeer)
      }
    },
    async ({ params, query, caller }) => {
      const { nodeId } = membership.find(params.name)
      const by = caller.kind === 'operator' ? caller.name : 'operator'
      const everywhere = query.everywhere ? nodeId : undefined
      // First what is to be told: a removal that was stored cannot be asked for again.
      if (everywhere !== undefined) await telling.noteWithdrawal(everywhere)
      const { peer } = await membership.remove(params.name, `${by} on ${self.name()}`)
      const told = everywhere !== undefined ? await telling.deliverWithdrawal(everywhere) : undefined
      return { status: 'removed' as const, peer, ...(told && { told }) }
    }
  )

  app.get(
    '/api/cluster/peers/:name/policy',
    {
      config: operator('cluster:read'),
      schema: { ...schema, summary: 'What a peer may do here', params: NameParams, response: answers(Policy) }
    },
    async ({ params }) => policies.get(params.name)
  )

  app.put(
    '/api/cluster/peers/:name/policy',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Change what a peer may do here',
        params: NameParams,
        body: PolicyRequest,
        response: answers(Policy)
      }
    },
    async ({ params, body }) => policies.put(params.name, body.grants)
  )

  /** Of the peers of this server a peer is told of itself alone: the others are no members to it. */
  function assertShown(caller: Caller, name: string): void {
    if (caller.kind === 'peer' && membership.find(name).id !== caller.id) throw new PeerUnknown(name)
  }
}
