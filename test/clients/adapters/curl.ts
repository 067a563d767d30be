import type { Answer, Ask, Client } from '../tour.ts'
import { missing, readHead, run, runUntil } from './program.ts'

export const skip = missing('curl', '--version')

const wordsFor = ({ method, url, headers, body }: Ask) => [
  ...['--silent', '--show-error', '--globoff', '--include', url],
  ...(method === 'HEAD' ? ['--head'] : ['--request', method]),
  ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ...(body ? ['--data-binary', '@-'] : [])
]

export const open = async (): Promise<Client> => ({
  async send(ask) {
    const { code, out, told } = await run('curl', wordsFor(ask), ask.body)
    if (code !== 0) throw new Error(`curl ended with ${code}: ${told}`)
    return readAnswer(out)
  },
  async follow(ask, enough) {
    await runUntil('curl', ['--no-buffer', ...wordsFor(ask)], enough)
  },
  /** As people try out a WebSocket with it: it shows the first frame as it comes. */
  async firstMessage(url, headers) {
    const key = Buffer.alloc(16, 'x').toString('base64')
    const upgrade = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': key
    }
    const ask = { method: 'GET', url: url.replace('ws', 'http'), headers: { ...headers, ...upgrade } }
    const frame = await runUntil(
      'curl',
      ['--no-buffer', '--http1.1', ...wordsFor(ask)],
      (text) => bodyOf(text).length >= 7
    )
    // One byte that says text, one that says how long (RFC 6455 §5.2).
    return bodyOf(frame).slice(2)
  }
})

/** It prints the head of the answer before the body, and before that what was informational. */
function readAnswer(out: Buffer): Answer {
  const text = out.toString('latin1')
  const body = bodyOf(text)
  return { ...readHead(text.slice(0, text.length - body.length)), body: Buffer.from(body, 'latin1') }
}

function bodyOf(text: string): string {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return ''
  const rest = text.slice(end + 4)
  return /^HTTP\/1\.1 10[0-9]/.test(text) && rest.startsWith('HTTP/1.1 ') ? bodyOf(rest) : rest
}
