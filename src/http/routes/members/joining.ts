import { Type } from 'typebox'
import { PermissionDenied } from '../../../errors/requests.ts'
import { IdentityBody, IdentityReplyBody } from '../../../schemas/joining/introduction.ts'
import {
  AcceptReply,
  AcceptRequest,
  ExchangeReply,
  InviteReply,
  InviteRequest,
  InviteView,
  PlainExchange,
  Preflight,
  RotateReply,
  RotateRequest,
  SealedBody,
  SealedReplyBody
} from '../../../schemas/joining/joining.ts'
import { anybody, operator, peerItself } from '../../access/access.ts'
import { createAttemptLimiter } from '../../access/attempt-limiter.ts'
import { compileExchange } from '../../exchange-body.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes } from '../routes.ts'

const Join = Type.Object({
  id: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  expires_at: Type.String(),
  error: Type.Optional(Type.String()),
  code: Type.Optional(Type.String())
})
const LeaveRequest = Type.Object({
  removed_by: Type.Optional(Type.String({ maxLength: 256 })),
  removed_at: Type.Optional(Type.String({ maxLength: 64 }))
})
const IdParams = Type.Object({ id: Type.String({ maxLength: 64 }) })
const Ok = Type.Object({ status: Type.String() })
const SMALL = 16_384

type JoiningServices = Pick<
  Services,
  'self' | 'invites' | 'joins' | 'admission' | 'answerIdentity' | 'membership' | 'rotation'
>

/** Invites, and both sides of a join. */
export function joiningRoutes(app: Routes, services: JoiningServices): void {
  const { self, invites, joins, admission, answerIdentity, membership, rotation } = services
  const limiter = createAttemptLimiter({ perMinute: 10 })
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })
  const schema = { tags: ['joining'] }

  app.post(
    '/api/cluster/invite',
    {
      config: { ...operator('cluster:write'), target: ['expected_name'] },
      preValidation: async (request) => {
        request.body ??= {}
      },
      schema: { ...schema, summary: 'Make a one-time invite', body: InviteRequest, response: answers(InviteReply) }
    },
    async ({ body, caller }) => invites.create(body, nameOf(caller))
  )

  app.get(
    '/api/cluster/invites',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Open invites, never their tokens',
        response: answers(Type.Object({ invites: Type.Array(InviteView) }))
      }
    },
    async () => ({ invites: invites.list() })
  )

  app.delete(
    '/api/cluster/invites/:id',
    {
      config: operator('cluster:write'),
      schema: { ...schema, summary: 'Revoke an invite', params: IdParams, response: answers(Ok) }
    },
    async ({ params }) => {
      await invites.revoke(params.id)
      return { status: 'revoked' }
    }
  )

  app.post(
    '/api/cluster/accept',
    {
      config: operator('cluster:write'),
      schema: { ...schema, summary: 'Join the maker of an invite', body: AcceptRequest, response: answers(AcceptReply) }
    },
    async (request) => {
      const joined = await joins.accept(request.body)
      request.joined = joined.peer_name
      return { ...joined, status: 'peered' as const }
    }
  )

  app.post(
    '/api/cluster/preflight',
    {
      config: operator('cluster:write'),
      schema: {
        ...schema,
        summary: 'What would fail if this server accepted that invite; nothing is spent',
        body: AcceptRequest,
        response: answers(Preflight)
      }
    },
    async ({ body }) => {
      const checks = await joins.preflight(body)
      return { ok: checks.every(({ ok }) => ok), checks }
    }
  )

  app.get(
    '/api/cluster/joins',
    {
      config: operator('cluster:read'),
      schema: {
        ...schema,
        summary: 'Joins of this server that are under way',
        response: answers(Type.Object({ joins: Type.Array(Join) }))
      }
    },
    async () => ({ joins: joins.list() })
  )

  app.post(
    '/api/cluster/exchange',
    {
      config: anybody,
      bodyLimit: SMALL,
      validatorCompiler: compileExchange,
      schema: {
        ...schema,
        summary: 'Present an invite: the token is the credential',
        body: Type.Union([PlainExchange, SealedBody, IdentityBody]),
        response: answers(Type.Union([ExchangeReply, SealedReplyBody, IdentityReplyBody]))
      }
    },
    async (request) => {
      const { body, ip } = request
      if (!('v' in body)) return limiter.attempt(ip, () => admission.plain(body))
      if (body.v === 1) return limiter.attempt(ip, () => admission.sealed(body))
      // Nothing is guessed here, and of many at one address each asks before this server has been told of it.
      const { reply, member } = await answerIdentity(body)
      request.paired = member
      return reply
    }
  )

  app.post(
    '/api/cluster/confirm',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: { ...schema, summary: 'The joiner has stored this server', response: answers(Ok) }
    },
    async ({ caller }) => {
      if (caller.kind === 'peer') await membership.confirmed(caller.id)
      return { status: 'confirmed' }
    }
  )

  app.post(
    '/api/cluster/rotate',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'A new key for the calling peer',
        body: RotateRequest,
        response: answers(RotateReply)
      }
    },
    async ({ caller, body }) => {
      if (caller.kind !== 'peer') throw new PermissionDenied('the key of a peer')
      return rotation.issue(caller, body)
    }
  )

  app.post(
    '/api/cluster/leave',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'The calling peer has removed this server',
        body: LeaveRequest,
        response: answers(Ok)
      }
    },
    async ({ caller, body }) => {
      if (caller.kind === 'peer') await membership.left(caller.id, body.removed_by ?? 'its operator')
      return { status: 'noted' }
    }
  )
}

const nameOf = (caller: { kind: string; name?: string }) => caller.name ?? caller.kind
