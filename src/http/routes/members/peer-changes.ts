import { Type } from 'typebox'
import { PeerView } from '../../../schemas/peer.ts'
import { operator } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, whereEnabled } from '../routes.ts'
import { PeerPage, pageOf } from './peer-page.ts'

type ChangeServices = Pick<Services, 'self' | 'membership' | 'cluster' | 'history' | 'rotation'>

/** What an operator does about one peer: it is asked now, let in, given new keys. */
export function peerChangeRoutes(app: Routes, services: ChangeServices): void {
  const { self, membership, cluster, rotation } = services
  whereEnabled(app, self)
  const schema = { tags: ['peers'] }

  app.post(
    '/api/cluster/peers/:name/check',
    {
      config: operator('cluster:read'),
      schema: { ...schema, summary: 'Ask a peer now', params: NameParams, response: answers(PeerPage) }
    },
    async ({ params }) => {
      await cluster.check(membership.find(params.name).id)
      return pageOf(services, params.name)
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
}
