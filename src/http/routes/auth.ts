import { Type } from 'typebox'
import type { Operator } from '../../cluster/access/caller.ts'
import type { Callers } from '../../cluster/access/callers.ts'
import { BadRequest, PermissionDenied, Unauthorized } from '../../errors/requests.ts'
import { Permission } from '../../schemas/grant.ts'
import { LoginReply, LoginRequest, TicketReply, User } from '../../schemas/session.ts'
import { anybody, operator } from '../access/access.ts'
import { createAttemptLimiter } from '../access/attempt-limiter.ts'
import { ErrorBody } from '../errors.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

const SESSION_SECONDS = 86_400
const TICKET_SECONDS = 600

/** Signing in, in the shapes that FlatRun's UI and CLI know. There are keys and no users; a key shows as one. */
export function authRoutes(app: Routes, services: Pick<Services, 'callers' | 'authEnabled'>): void {
  signInRoutes(app, services)
  signedInRoutes(app)
}

function signInRoutes(app: Routes, { callers, authEnabled }: Pick<Services, 'callers' | 'authEnabled'>): void {
  const limiter = createAttemptLimiter({ perMinute: 10 })
  app.get(
    '/api/auth/status',
    {
      config: anybody,
      schema: {
        tags: ['auth'],
        summary: 'Whether a key is needed',
        response: answers(Type.Object({ enabled: Type.Boolean() }))
      }
    },
    async () => ({ enabled: authEnabled })
  )

  app.get(
    '/api/setup/status',
    {
      config: anybody,
      schema: {
        tags: ['status'],
        summary: 'Whether the agent was set up',
        response: answers(Type.Object({ initialized: Type.Literal(true) }))
      }
    },
    async () => ({ initialized: true as const })
  )

  app.post(
    '/api/auth/login',
    {
      config: anybody,
      bodyLimit: 16_384,
      schema: {
        tags: ['auth'],
        summary: 'A session for an operator key',
        body: LoginRequest,
        response: answers(LoginReply)
      }
    },
    async ({ body, ip }) => limiter.attempt(ip, async () => sessionFor(await loginWith(body, callers)))
  )
}

function signedInRoutes(app: Routes): void {
  app.get(
    '/api/auth/validate',
    {
      config: anybody,
      schema: {
        tags: ['auth'],
        summary: 'Whether a session is still good',
        response: {
          200: Type.Object({ valid: Type.Literal(true), message: Type.String() }),
          401: Type.Object({ valid: Type.Literal(false), error: Type.String() }),
          '5xx': ErrorBody
        }
      }
    },
    async ({ caller, headers }, reply) => {
      if (caller.kind !== 'nobody') return { valid: true as const, message: 'Token is valid' }
      const error = headers.authorization === undefined ? 'Authorization header required' : 'Invalid or expired token'
      return reply.code(401).send({ valid: false as const, error })
    }
  )

  app.get(
    '/api/users/me',
    {
      config: operator('cluster:read'),
      schema: {
        tags: ['auth'],
        summary: 'Who is signed in',
        response: answers(
          Type.Object({ user: User, permissions: Type.Array(Permission), deployments: Type.Array(Type.Unknown()) })
        )
      }
    },
    async ({ caller }) => {
      if (caller.kind !== 'operator') throw new Unauthorized('Authorization header required')
      return whoIs(caller)
    }
  )
}

/** For a link that signs somebody in, and for signing out on the node too: a copied token is worth nothing from then on. */
export function sessionRoutes(app: Routes, { callers }: Pick<Services, 'callers'>): void {
  app.post(
    '/api/auth/ticket',
    {
      config: operator('cluster:read'),
      schema: {
        tags: ['auth'],
        summary: 'A ticket for a link that signs a browser in once',
        response: answers(TicketReply)
      }
    },
    async ({ headers }, reply) => {
      const key = headers.authorization?.replace(/^\S+\s+/, '').trim()
      const ticket = key === undefined ? undefined : callers.ticketFor(key)
      if (ticket === undefined) throw new PermissionDenied('an operator key, not a session,')
      reply.header('cache-control', 'no-store')
      return { ticket, expires_in: TICKET_SECONDS }
    }
  )

  app.delete(
    '/api/auth/session',
    {
      config: operator('cluster:read'),
      schema: {
        tags: ['auth'],
        summary: 'End the session that asks, before its time',
        response: answers(Type.Object({ status: Type.Literal('ended') }))
      }
    },
    async ({ headers }, reply) => {
      const token = headers.authorization?.replace(/^\S+\s+/, '').trim()
      if (token === undefined || !(await callers.endSession(token))) throw new PermissionDenied('a session, not a key,')
      reply.raw.once('close', app.openAnswers.review)
      return { status: 'ended' as const }
    }
  )
}

async function loginWith(
  { api_key, username, password, ticket }: LoginRequest,
  callers: Pick<Callers, 'redeem' | 'login'>
): Promise<Login> {
  if (ticket !== undefined) return found(await callers.redeem(ticket), TICKET_USED)
  if (api_key !== undefined) return found(await callers.login(api_key), 'Invalid API key')
  if (username === undefined || password === undefined) throw new BadRequest('API key or username/password required')
  return found(await callers.login(password), 'Invalid username or password')
}

const TICKET_USED = 'This link was used already or is too old; sign in with an operator key'

interface Login {
  token: string
  operator: Operator
}

/** What somebody is told who has signed in. */
export const sessionFor = ({ token, operator }: Login) => ({
  token,
  expires_in: SESSION_SECONDS,
  token_type: 'Bearer' as const,
  user: userOf(operator),
  permissions: [...operator.permissions],
  deployments: []
})

function found<T>(login: T | undefined, sentence: string): T {
  if (login === undefined) throw new Unauthorized(sentence)
  return login
}

export const whoIs = (caller: Operator) => ({
  user: userOf(caller),
  permissions: [...caller.permissions],
  deployments: []
})

function userOf({ name, canWrite }: Operator) {
  const never = '0001-01-01T00:00:00Z'
  return {
    id: 1,
    uid: name,
    username: name,
    email: '',
    role: canWrite ? 'admin' : 'viewer',
    is_active: true,
    created_at: never,
    last_login_at: never
  }
}
