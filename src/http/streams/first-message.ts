import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, EVERYBODY } from '../../cluster/access/caller.ts'
import type { Callers } from '../../cluster/access/callers.ts'
import { isRecord, jsonOf } from '../../untyped.ts'
import { reachable } from '../access/scope.ts'

/** What is used of a WebSocket. */
export interface StreamSocket {
  readonly bufferedAmount: number
  readonly readyState: number
  send(text: string): void
  close(): void
  on(event: 'close' | 'error', listener: () => void): void
  once(event: 'message', listener: (data: unknown) => void): void
}

const PATIENCE_MS = 10_000

interface Admission {
  app: FastifyInstance
  request: FastifyRequest
  reply: FastifyReply
  callers: Pick<Callers, 'identify'>
  deployment: string
}

/**
 * FlatRun's way to open a socket: a browser can send no header with one, so its first message says who opens it. Whoever
 * showed a key in a header, as a peer does, is known already, and its first message names nobody here. False: it was refused.
 */
export async function admit(socket: StreamSocket, admission: Admission): Promise<boolean> {
  const { app, request, reply, callers, deployment } = admission
  const { caller: known } = request
  if (known === EVERYBODY) return true
  const message = await firstOf(socket)
  const token = message === undefined ? undefined : tokenIn(message)
  if (token === undefined)
    return refuse(socket, message === undefined ? 'Authentication timeout' : 'Invalid auth message format')
  const caller = known.kind === 'nobody' ? await identified(callers, token) : known
  if (!caller || caller.kind === 'nobody') return refuse(socket, 'Invalid or expired token')
  if (!caller.permissions.has('deployments:read')) return refuse(socket, 'Permission denied: deployments:read required')
  if (!reachable(caller, 'deployments:read')(deployment)) return refuse(socket, 'No access to this deployment')
  // It ends with its key, as every answer does.
  if (known.kind === 'nobody') app.openAnswers.note(caller, request, reply)
  say(socket, { type: 'auth_success' })
  return true
}

export function refuse(socket: StreamSocket, message: string): false {
  say(socket, { type: 'error', message })
  socket.close()
  return false
}

export const say = (socket: StreamSocket, message: object) => socket.send(JSON.stringify(message))

const identified = async (callers: Pick<Callers, 'identify'>, token: string): Promise<Caller | undefined> =>
  callers.identify(token)

function firstOf(socket: StreamSocket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, PATIENCE_MS, undefined).unref()
    socket.once('message', (data) => {
      clearTimeout(late)
      resolve(String(data))
    })
    socket.on('close', () => resolve(undefined))
  })
}

function tokenIn(message: string): string | undefined {
  const said = jsonOf(message)
  return isRecord(said) && said.type === 'auth' && typeof said.token === 'string' ? said.token : undefined
}
