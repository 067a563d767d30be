import { Type } from 'typebox'
import { IdentityBody, IdentityReplyBody } from '../../../schemas/joining/introduction.ts'
import { ExchangeReply, PlainExchange, SealedBody, SealedReplyBody } from '../../../schemas/joining/joining.ts'
import { anybody, peerItself } from '../../access/access.ts'
import { createAttemptLimiter } from '../../access/attempt-limiter.ts'
import { peerOf } from '../../access/peer-caller.ts'
import { compileExchange } from '../../exchange-body.ts'
import type { Services } from '../../services.ts'
import { answers, type Routes, whereEnabled } from '../routes.ts'

const SMALL = 16_384

type ExchangeServices = Pick<Services, 'self' | 'admission' | 'answerIdentity' | 'membership'>

/** The inviter's side: another server presents an invite, and says that it has stored this one. */
export function exchangeRoutes(app: Routes, { self, admission, answerIdentity, membership }: ExchangeServices): void {
  whereEnabled(app, self)
  const limiter = createAttemptLimiter({ perMinute: 10 })
  const schema = { tags: ['joining'] }

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
      schema: {
        ...schema,
        summary: 'The joiner has stored this server',
        response: answers(Type.Object({ status: Type.String() }))
      }
    },
    async ({ caller }) => {
      await membership.confirmed(peerOf(caller).id)
      return { status: 'confirmed' }
    }
  )
}
