import type { FastifyInstance } from 'fastify'
import type { Callers } from '../../cluster/access/callers.ts'
import { jsonOf } from '../../untyped.ts'
import { ofFlatRun } from '../access/access.ts'
import { sessionFor, whoIs } from '../routes/auth.ts'
import { bearerOf, type Pass } from './front.ts'

const LARGEST = 16_384

/** Signing in, to either of the two: with a key or ticket of this agent's here, with anything else at FlatRun's. */
export async function registerSignIn(app: FastifyInstance, callers: Pick<Callers, 'login' | 'redeem'>, pass: Pass) {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // FlatRun is to see every byte of what is not for this agent.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LARGEST }, (_request, body, done) =>
      done(null, body)
    )
    scope.post('/api/auth/login', { config: ofFlatRun }, async (request, reply) => {
      const own = Buffer.isBuffer(request.body) ? await loginWith(request.body, callers) : undefined
      if (own) return sessionFor(own)
      pass(request, reply)
      return reply
    })
    scope.get('/api/auth/validate', { config: ofFlatRun }, (request, reply) => {
      if (isKnownHere(bearerOf(request.caller))) return void reply.send({ valid: true, message: 'Token is valid' })
      pass(request, reply)
    })
    scope.get('/api/users/me', { config: ofFlatRun }, (request, reply) => {
      const { caller } = request
      const here = isKnownHere(bearerOf(caller))
      if (here && caller.kind === 'operator') return void reply.send(whoIs(caller))
      pass(request, reply)
    })
  })
}

const isKnownHere = (bearer: string) => bearer === 'writer here' || bearer === 'reader here' || bearer === 'peer'

async function loginWith(body: Buffer, callers: Pick<Callers, 'login' | 'redeem'>) {
  const { ticket, api_key, password } = fieldsOf(body)
  if (typeof ticket === 'string') return callers.redeem(ticket)
  const key = api_key ?? password
  return typeof key === 'string' ? callers.login(key) : undefined
}

function fieldsOf(body: Buffer): { ticket?: unknown; api_key?: unknown; password?: unknown } {
  const value = jsonOf(body.toString())
  return typeof value === 'object' && value !== null ? value : {}
}
