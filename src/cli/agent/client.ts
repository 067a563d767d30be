import { type ClientRequest, type IncomingMessage, request as plain, type RequestOptions } from 'node:http'
import { text } from 'node:stream/consumers'
import { CliFault, EXIT } from '../exit.ts'
import { row, text as textOf } from '../text/shape.ts'
import type { Place } from './place.ts'
import { unreachable } from './unreachable.ts'

export interface Ask {
  readonly method?: string
  readonly path: string
  /** A list is sent as the same name again and again. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
  readonly accept?: string
}

export interface Reply {
  readonly status: number
  readonly text: string
  /** Undefined where the answer is no JSON. */
  readonly json: unknown
}

export interface ClientOptions {
  readonly place: Place
  readonly timeoutMs: number
  readonly insecure: boolean
  readonly signal: AbortSignal
  /** Told of each request and answer; never of a key. */
  readonly trace: (line: string) => void
}

/** Of several addresses each gets this share of the time: Node's quarter of a second reaches no agent that is far away. */
const ATTEMPT_SHARE = 0.2

export type Client = ReturnType<typeof createClient>

/** One agent over HTTP: what any other client could do, and nothing more. */
export function createClient({ place, timeoutMs, insecure, signal, trace }: ClientOptions) {
  const send = createSender({ place, timeoutMs, insecure, trace })

  /** Any answer, whatever its status. @throws CliFault when there is none. */
  async function ask(what: Ask): Promise<Reply> {
    const late = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await send(what, AbortSignal.any([signal, late]))
      const body = await text(answer)
      const status = answer.statusCode ?? 0
      trace(`< ${status} ${answer.headers['x-request-id'] ?? ''}`)
      return { status, text: body, json: parse(body) }
    } catch (error) {
      throw signal.aborted ? signal.reason : unreachable(place, late.aborted ? 'ETIMEDOUT' : error)
    }
  }

  return {
    place,
    ask,
    /** A good answer. @throws CliFault with the agent's own sentence. */
    async get(path: string, query?: Ask['query']): Promise<unknown> {
      const what = query ? { path, query } : { path }
      return good(await ask(what), place)
    },
    async send(method: string, path: string, body?: unknown): Promise<unknown> {
      return good(await ask({ method, path, body }), place)
    },
    /** The lines of an answer that goes on until somebody stops. */
    async stream(what: Ask): Promise<IncomingMessage> {
      const answer = await send(what, signal).catch((error) => {
        throw signal.aborted ? signal.reason : unreachable(place, error)
      })
      const status = answer.statusCode ?? 0
      if (status === 200) return answer
      const body = await text(answer)
      good({ status, text: body, json: parse(body) }, place)
      throw new CliFault(EXIT.failed, `the agent answered ${status}`)
    }
  }
}

type Send = (what: Ask, until: AbortSignal) => Promise<IncomingMessage>

/** An answer as soon as it begins. */
function createSender({ place, timeoutMs, insecure, trace }: Omit<ClientOptions, 'signal'>): Send {
  let requests: Promise<Requests> | undefined

  return async ({ method = 'GET', path, query, body, accept = 'application/json' }, until) => {
    requests ??= requestsTo(place, insecure)
    const request = await requests
    return new Promise((resolve, reject) => {
      const url = new URL(place.url + (path.startsWith('/api') || path === '/metrics' ? path : `/api${path}`))
      for (const [name, value] of Object.entries(query ?? {}))
        for (const one of [value].flat()) url.searchParams.append(name, one)
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        accept,
        ...(place.token !== undefined && { authorization: `Bearer ${place.token}` }),
        ...(payload !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(payload))
        })
      }
      trace(`> ${method} ${url.pathname}${url.search}`)
      const options = {
        ...{ method, headers, signal: until, agent: undefined },
        autoSelectFamilyAttemptTimeout: Math.floor(timeoutMs * ATTEMPT_SHARE)
      }
      const call = request(url, options, resolve)
      call.on('error', reject)
      call.end(payload)
    })
  }
}

type Requests = (url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest

async function requestsTo(place: Place, insecure: boolean): Promise<Requests> {
  return place.url.startsWith('https:') ? (await import('./secure.ts')).secureRequests(place, insecure) : plain
}

function good({ status, json, text: body }: Reply, place: Place): unknown {
  if (status >= 200 && status < 300) {
    if (json === undefined && body !== '')
      throw new CliFault(EXIT.failed, `what answers at ${place.url} is no agent: it sent no JSON`)
    return json
  }
  throw refusal({ status, json, text: body }, place)
}

/** An error of the agent's as a fault of the command. */
export function refusal({ status, json }: Reply, place: Place): CliFault {
  const { error, message, code, request_id } = row(json)
  const sentence = textOf(error) || textOf(message) || `the agent answered ${status}`
  const details = [String(status), textOf(code), textOf(request_id) && `request ${textOf(request_id)}`].filter(Boolean)
  return new CliFault(exitOf(status), `${sentence} (${details.join(', ')})`, hintOf(status, place))
}

function exitOf(status: number): number {
  if (status === 401 || status === 403) return EXIT.refused
  if (status === 404) return EXIT.notFound
  if (status === 400 || status === 422) return EXIT.usage
  return EXIT.failed
}

function hintOf(status: number, { token, locked, url }: Place): string | undefined {
  if (status === 403) return 'This key may not do that; use one with the scope write'
  if (status !== 401) return undefined
  if (locked)
    return `The key of the local agent is in ${locked}, which this user may not read: use sudo, or flatrun-cluster login`
  return token === undefined
    ? 'No key is known for it: flatrun-cluster login, --token-file FILE, or FLATRUN_TOKEN'
    : `The key is not one of ${url}: flatrun-cluster login`
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
