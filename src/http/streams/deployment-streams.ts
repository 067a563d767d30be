import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ForeignOrigin } from '../../errors/requests.ts'
import { anybody } from '../access/access.ts'
import { mayOpenSocket } from '../access/origin.ts'
import type { Services } from '../services.ts'
import { admit, refuse, type StreamSocket, say } from './first-message.ts'

const Logs = Type.Object({
  tail: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  filter: Type.Optional(Type.String({ maxLength: 256 }))
})
const LOOK_MS = 200
/** What a reader may leave unread before it is waited for. */
const MOST_UNREAD = 1 << 20
const OPEN = 1

interface StreamOptions extends Pick<Services, 'local' | 'callers'> {
  /** Pages of other origins that may open sockets. */
  openers: readonly string[]
}

/** FlatRun's two WebSockets of a deployment: the output of a change while it is made, and its logs. */
export async function deploymentStreams(
  app: FastifyInstance,
  { local, callers, openers }: StreamOptions
): Promise<void> {
  const replies = new WeakMap<FastifyRequest, FastifyReply>()
  const open = {
    config: anybody,
    websocket: true as const,
    preValidation: async (request: FastifyRequest, reply: FastifyReply) => {
      if (!mayOpenSocket(request.headers.origin, request.host, openers)) throw new ForeignOrigin()
      replies.set(request, reply)
    }
  }

  async function isIn(socket: StreamSocket, request: FastifyRequest, deployment: string): Promise<boolean> {
    const reply = replies.get(request)
    return reply !== undefined && admit(socket, { app, request, reply, callers, deployment })
  }

  app.get<{ Params: { name: string; job: string } }>(
    '/api/deployments/:name/jobs/:job/stream',
    open,
    async (socket, request) => {
      const { name, job } = request.params
      try {
        if (await isIn(socket, request, name)) await streamJob(socket, () => local.job(name, job))
      } catch {
        refuse(socket, 'Job not found')
      }
    }
  )

  app.get<{ Params: { name: string }; Querystring: { tail?: number; filter?: string } }>(
    '/api/deployments/:name/logs/stream',
    { ...open, schema: { querystring: Logs } },
    async (socket, request) => {
      const leaving = new AbortController()
      socket.on('close', () => leaving.abort())
      try {
        if (!(await isIn(socket, request, request.params.name))) return
        const { tail = 100, filter = '' } = request.query
        const needle = filter.toLowerCase()
        for await (const line of await local.followLogs(request.params.name, { tail }, leaving.signal)) {
          const text = `${line.container} | ${line.line}`
          if (!text.toLowerCase().includes(needle)) continue
          await read(socket)
          const { at: timestamp, service, stream, line: message } = line
          say(socket, { type: 'log', line: text, record: { timestamp, service, stream, message } })
        }
        say(socket, { type: 'end' })
        socket.close()
      } catch (error) {
        if (!leaving.signal.aborted) refuse(socket, error instanceof Error ? error.message : 'the log broke off')
      }
    }
  )
}

/** The lines that are there, those that come, and how it ended. */
async function streamJob(socket: StreamSocket, look: () => ReturnType<Services['local']['job']>): Promise<void> {
  for (let told = 0; socket.readyState === OPEN; ) {
    const { lines, status, error } = look()
    for (const data of lines.slice(told)) say(socket, { type: 'line', data })
    told = lines.length
    if (status !== 'running') {
      say(socket, { type: 'result', status, error: error ?? '' })
      return socket.close()
    }
    await pause(LOOK_MS)
  }
}

/** Waits for a slow reader. */
async function read(socket: StreamSocket): Promise<void> {
  while (socket.bufferedAmount > MOST_UNREAD && socket.readyState === OPEN) await pause(LOOK_MS)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
