import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/** Why a program cannot be used, or false. */
export function missing(program: string, ...words: string[]): string | false {
  return spawnSync(program, words).status === 0 ? false : `${[program, ...words].join(' ')} does not work here`
}

/** Nothing of the surroundings: no proxy, no file of settings. */
export const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8' }

/** Runs a program to its end. */
export async function run(program: string, words: string[], input?: Buffer) {
  const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  let told = ''
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.setEncoding('latin1').on('data', (text) => {
    told += text
  })
  // It may have its answer before it has read everything.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, out: Buffer.concat(out), told }
}

/** Runs a program until what it writes is enough, and ends it. */
export async function runUntil(program: string, words: string[], enough: (text: string) => boolean, input?: string) {
  const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let told = ''
  child.stderr.setEncoding('latin1').on('data', (part) => {
    told += part
  })
  child.stdin.end(input)
  let text = ''
  let reached = false
  for await (const part of child.stdout.setEncoding('latin1')) {
    text += part
    reached ||= enough(text)
    if (reached) child.kill('SIGTERM')
  }
  if (!reached) throw new Error(`${program} ended before that: ${text} ${told}`)
  return text
}

/** The last answer of which a program prints the head. */
export function readHead(text: string): { status: number; type: string } {
  const head = text.slice(text.lastIndexOf('HTTP/1.1 '))
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
  return { status, type: typeOf(/^\s*content-type:(.*)$/im.exec(head)?.[1]) }
}

export const typeOf = (header: unknown) => (String(header ?? '').split(';')[0] ?? '').trim()
