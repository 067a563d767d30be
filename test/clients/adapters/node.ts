import axios from 'axios'
import got from 'got'
import ky from 'ky'
import type { Client } from '../tour.ts'
import { typeOf } from './program.ts'

/** The WebSocket that comes with Node. */
function firstMessage(url: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    // Node's own takes headers, which the types of browsers do not know.
    const socket: WebSocket = Reflect.construct(WebSocket, [url, { headers }])
    socket.addEventListener('error', () => reject(new Error('the WebSocket did not open')))
    socket.addEventListener('message', ({ data }) => {
      resolve(String(data))
      socket.close()
    })
  })
}

async function readUntil(parts: AsyncIterable<Uint8Array>, enough: (text: string) => boolean): Promise<void> {
  let text = ''
  for await (const part of parts) {
    text += Buffer.from(part).toString()
    if (enough(text)) return
  }
  throw new Error(`it ended before that: ${text}`)
}

export const openAxios = async (): Promise<Client> => ({
  firstMessage,
  async send({ method, url, headers, body }) {
    const request = {
      method,
      url,
      headers,
      data: body,
      responseType: 'arraybuffer',
      validateStatus: () => true
    } as const
    const answer = await axios.request<Buffer>(request)
    return { status: answer.status, type: typeOf(answer.headers['content-type']), body: answer.data }
  },
  async follow({ url, headers }, enough) {
    const leaving = new AbortController()
    const answer = await axios.get(url, { headers, responseType: 'stream', signal: leaving.signal })
    await readUntil(answer.data, enough)
    leaving.abort()
  }
})

export const openGot = async (): Promise<Client> => ({
  firstMessage,
  async send({ method, url, headers, body }) {
    const request = { headers, throwHttpErrors: false, responseType: 'buffer', allowGetBody: false } as const
    const answer = await got(url, { ...request, method: methodOf(method), ...(body && { body }) })
    return { status: answer.statusCode, type: typeOf(answer.headers['content-type']), body: Buffer.from(answer.body) }
  },
  async follow({ url, headers }, enough) {
    const stream = got.stream(url, { headers })
    stream.on('error', () => {})
    await readUntil(stream, enough)
    stream.destroy()
  }
})

type GotMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
const METHODS: readonly GotMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const methodOf = (word: string) => METHODS.find((method) => method === word) ?? 'GET'

export const openKy = async (): Promise<Client> => ({
  firstMessage,
  async send({ method, url, headers, body }) {
    const sent = body && { body: new Uint8Array(body) }
    const answer = await ky(url, { method, headers, throwHttpErrors: false, retry: 0, ...sent })
    const bytes = Buffer.from(await answer.arrayBuffer())
    return { status: answer.status, type: typeOf(answer.headers.get('content-type')), body: bytes }
  },
  async follow({ url, headers }, enough) {
    const leaving = new AbortController()
    const answer = await ky(url, { headers, signal: leaving.signal, timeout: false })
    if (!answer.body) throw new Error('there is no body')
    await readUntil(answer.body, enough)
    leaving.abort()
  }
})
