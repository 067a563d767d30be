import { Type } from 'typebox'
import { PeerUnknown } from '../../../errors/members.ts'
import { PermissionDenied } from '../../../errors/requests.ts'
import {
  IntroduceReply,
  IntroduceRequest,
  IntroductionsReply,
  IntroductionsRequest,
  IntroductionView,
  WithdrawReply,
  WithdrawRequest
} from '../../../schemas/joining/introduction.ts'
import { IntroductionPolicy } from '../../../schemas/names.ts'
import { PeerView } from '../../../schemas/peer.ts'
import { operator, peerItself } from '../../access/access.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes } from '../routes.ts'

const SMALL = 16_384
const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{64}$' }) })
const PolicyRequest = Type.Object({ policy: IntroductionPolicy }, { additionalProperties: false })

type IntroductionServices = Pick<Services, 'self' | 'introductions' | 'telling' | 'suspending' | 'membership'>

/** Whom members introduce, here and there. */
export function introductionRoutes(app: Routes, services: IntroductionServices): void {
  const { self, introductions, telling, suspending, membership } = services
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })
  const schema = { tags: ['introductions'] }

  app.post(
    '/api/cluster/introductions',
    {
      config: peerItself,
      schema: {
        ...schema,
        summary: 'The calling peer introduces its members',
        body: IntroductionsRequest,
        response: answers(IntroductionsReply)
      }
    },
    async ({ caller, body }) => {
      const member = caller.kind === 'peer' ? membership.get(caller.id) : undefined
      if (!member || member.awaitsApproval) throw new PermissionDenied('the key of a peer')
      return { results: await introductions.receive(member, body.cards) }
    }
  )

  app.post(
    '/api/cluster/withdraw',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'The calling peer takes back whom it introduced',
        body: WithdrawRequest,
        response: answers(WithdrawReply)
      }
    },
    async ({ caller, body }) => {
      const member = caller.kind === 'peer' ? membership.get(caller.id) : undefined
      if (!member) throw new PermissionDenied('the key of a peer')
      return { results: await suspending.withdraw(member, body.node_ids, body.reason ?? 'it gave no reason') }
    }
  )

  app.get(
    '/api/cluster/introductions',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Servers that peers introduced, and how far each is',
        response: answers(Type.Object({ introductions: Type.Array(IntroductionView) }))
      }
    },
    async () => ({ introductions: introductions.list() })
  )

  for (const [word, summary] of [
    ['accept', 'Join a server that was introduced'],
    ['refuse', 'Never join that server, whoever introduces it']
  ] as const)
    app.post(
      `/api/cluster/introductions/:id/${word}`,
      {
        config: operator('cluster:write'),
        schema: { ...schema, summary, params: IdParams, response: answers(IntroductionView) }
      },
      async ({ params }) => introductions[word](params.id)
    )

  app.post(
    '/api/cluster/introduce',
    {
      config: { ...operator('cluster:write'), target: ['names'] },
      preValidation: async (request) => {
        request.body ??= {}
      },
      schema: {
        ...schema,
        summary: 'Tell members of each other: the named ones and all others, or all',
        body: IntroduceRequest,
        response: answers(IntroduceReply)
      }
    },
    async ({ body }) => telling.introduce(body.names)
  )

  app.post(
    '/api/cluster/peers/:name/restore',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'Have a peer again that its introducer took back',
        params: NameParams,
        response: answers(PeerView)
      }
    },
    async ({ params }) => shown((await suspending.restore(params.name)).id, params.name)
  )

  app.put(
    '/api/cluster/peers/:name/introductions',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'What is done with whom a peer introduces',
        params: NameParams,
        body: PolicyRequest,
        response: answers(PeerView)
      }
    },
    async ({ params, body }) => {
      await membership.setIntroductions(params.name, body.policy)
      return shown(membership.find(params.name).id, params.name)
    }
  )

  function shown(id: string, name: string): PeerView {
    const view = membership.view(id)
    if (!view) throw new PeerUnknown(name)
    return view
  }
}
