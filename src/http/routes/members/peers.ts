import { Type } from 'typebox'
import type { Caller } from '../../../cluster/access/caller.ts'
import { PeerUnknown } from '../../../errors/members.ts'
import { HistoryRange, PeerHistory } from '../../../schemas/history.ts'
import { PeerView } from '../../../schemas/peer.ts'
import { operatorOrPeer } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, sendJson, whereEnabled } from '../routes.ts'
import { PeerPage, pageOf } from './peer-page.ts'

type PeerServices = Pick<Services, 'self' | 'membership' | 'peerList' | 'history'>

/** The peers of this node, looked at. */
export function peerRoutes(app: Routes, services: PeerServices): void {
  const { self, membership, peerList, history } = services
  whereEnabled(app, self)
  const schema = { tags: ['peers'] }

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
      assertShown(caller, params.name, services)
      return pageOf(services, params.name)
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
      assertShown(caller, params.name, services)
      return history.of(membership.find(params.name).id, query.range ?? 'hour')
    }
  )
}

/** A peer is told of itself alone: the other peers of this server are no members to it. @throws PeerUnknown */
function assertShown(caller: Caller, name: string, { membership }: Pick<Services, 'membership'>): void {
  if (caller.kind === 'peer' && membership.find(name).id !== caller.id) throw new PeerUnknown(name)
}
