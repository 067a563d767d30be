import { type Dispatcher, Pool } from 'undici'
import { codeOf, isRecord, jsonOf, textOf } from '../../untyped.ts'
import { EngineFailure, failureOf } from './failure.ts'

export interface EngineOptions {
  /** `unix:///var/run/docker.sock`, a path, `tcp://host:port`, or '' for none. */
  socket: string
  /** For every call but streams, all of it: connecting, asking, reading. */
  timeoutMs?: number
  maxBytes?: number
}

export interface EngineAsk {
  method?: 'GET' | 'POST'
  /** Instead of the usual one, for calls that wait for a container. */
  timeoutMs?: number
  signal?: AbortSignal | undefined
}

/** Single calls to the container engine, each with a deadline. Knows no version of its API. @throws EngineFailure */
export function createCalls({ socket, timeoutMs = 2_000, maxBytes = 16 * 1024 * 1024 }: EngineOptions) {
  const { origin, socketPath } = addressOf(socket)
  const connect = { timeout: timeoutMs, ...(socketPath === undefined ? {} : { socketPath }) }
  const short = new Pool(origin, { connect, connections: 8, headersTimeout: 0, bodyTimeout: 0 })
  // What holds its connection for long (a stream, a container that stops) must not take one that short calls need.
  const long = new Pool(origin, { connect, headersTimeout: 0, bodyTimeout: 0, pipelining: 0 })

  return {
    /** The text of a 2xx answer. */
    async text(path: string, { method = 'GET', timeoutMs: limit = timeoutMs, signal }: EngineAsk): Promise<string> {
      if (socket === '') throw new EngineFailure('off', 'No container engine is configured (docker_socket is empty)')
      const deadline = AbortSignal.timeout(limit)
      const either = signal ? AbortSignal.any([signal, deadline]) : deadline
      try {
        const answer = await request(limit > timeoutMs ? long : short, { path, method, signal: either })
        const text = await readText(answer.body, maxBytes)
        if (answer.statusCode >= 300 && answer.statusCode !== 304) throw refusal(answer.statusCode, text)
        return text
      } catch (cause) {
        signal?.throwIfAborted()
        throw failureOf(cause, socket)
      }
    },

    /** The body of an answer as it comes, until it ends or `signal` is aborted. Only the headers have a deadline. */
    async stream(path: Promise<string>, signal: AbortSignal): Promise<{ body: AsyncIterable<Uint8Array> }> {
      const waiting = new AbortController()
      const timer = setTimeout(() => waiting.abort(new EngineFailure('timeout', TOO_LATE)), timeoutMs)
      try {
        const either = AbortSignal.any([signal, waiting.signal])
        const answer = await long.request({ path: await path, method: 'GET', signal: either })
        if (answer.statusCode >= 300) throw refusal(answer.statusCode, await readText(answer.body, 64 * 1024))
        return { body: guarded(answer.body, signal) }
      } catch (cause) {
        signal.throwIfAborted()
        throw failureOf(cause, socket)
      } finally {
        clearTimeout(timer)
      }
    },

    async close(): Promise<void> {
      await Promise.all([short.destroy(), long.destroy()])
    }
  }

  async function* guarded(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      yield* body
    } catch (cause) {
      signal.throwIfAborted()
      throw failureOf(cause, socket)
    }
  }
}

/** A kept connection may die just when it is used again; asking once more is safe for a GET. */
async function request(pool: Pool, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request(options)
  } catch (cause) {
    const died = /UND_ERR_SOCKET|ECONNRESET|EPIPE/.test(codeOf(cause) ?? '')
    if (!died || options.method !== 'GET') throw cause
    return pool.request(options)
  }
}

const TOO_LATE = 'The container engine did not answer in time'

function addressOf(socket: string): { origin: string; socketPath?: string } {
  if (/^(tcp|http):\/\//.test(socket)) return { origin: socket.replace(/^tcp:/, 'http:') }
  return { origin: 'http://engine', socketPath: socket.replace(/^unix:\/\//, '') }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw new EngineFailure('failed', 'The container engine sent an answer that is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refusal(status: number, text: string): EngineFailure {
  const answer = jsonOf(text)
  const said = (isRecord(answer) ? textOf(answer.message) : undefined) ?? `status ${status}`
  if (status === 401 || status === 403)
    return new EngineFailure('denied', `The container engine refuses: ${clip(said)}`, { status })
  return new EngineFailure('failed', `The container engine answered: ${clip(said)}`, { status })
}

const clip = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 300)
