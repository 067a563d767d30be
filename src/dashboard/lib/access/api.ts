import { below } from '../address/place.ts'
import { asFault, Fault, faultOf } from './fault.ts'

export interface Ask {
  method?: string
  body?: unknown
  accept?: string
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

export type Api = ReturnType<typeof createApi>

/** Requests to the node that served this page. It knows the bearer token and nothing of what is asked. */
export function createApi({ token, refused }: { token: () => string | undefined; refused: () => void }) {
  async function open(path: string, ask: Ask = {}): Promise<Response> {
    const bearer = token()
    const headers: Record<string, string> = { accept: ask.accept ?? 'application/json', ...ask.headers }
    if (bearer) headers.authorization = `Bearer ${bearer}`
    if (ask.body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(below(`/api${path}`), {
      method: ask.method ?? 'GET',
      headers,
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
      signal: ask.signal ?? null,
      cache: 'no-store',
      credentials: 'omit'
    }).catch((thrown: unknown) => {
      if (ask.signal?.aborted) throw thrown
      throw asFault(thrown)
    })
    if (response.ok) return response
    const fault = await faultOf(response)
    // Ours has a code; a 401 without one is of what stands in front of the node, and ends no session.
    if (fault.status === 401 && fault.code !== '' && path !== '/auth/login') refused()
    throw fault
  }

  async function ask<T>(path: string, options?: Ask): Promise<T> {
    const response = await open(path, options)
    const text = await response.text()
    try {
      return JSON.parse(text === '' ? 'null' : text)
    } catch {
      throw new Fault('The node answered with something that is not JSON.', {
        status: response.status,
        code: 'bad_json'
      })
    }
  }

  return {
    open,
    get: <T>(path: string, signal?: AbortSignal) => ask<T>(path, { signal }),
    post: <T>(path: string, body?: unknown, signal?: AbortSignal) => ask<T>(path, { method: 'POST', body, signal }),
    put: <T>(path: string, body: unknown) => ask<T>(path, { method: 'PUT', body }),
    remove: <T>(path: string) => ask<T>(path, { method: 'DELETE' })
  }
}

/** A name as one segment of a path. */
export const segment = (name: string) =>
  encodeURIComponent(name).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
