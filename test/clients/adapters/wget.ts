import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Ask, Client } from '../tour.ts'
import { missing, readHead, run, runUntil } from './program.ts'

export const skip = missing('wget', '--version')

const wordsFor = ({ method, url, headers }: Ask) => [
  ...['--quiet', '--server-response', '--content-on-error', '--tries=1', '--max-redirect=0', '--output-document=-'],
  `--method=${method}`,
  ...Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`),
  url
]

export const open = async (): Promise<Client> => ({
  async send(ask) {
    if (!ask.body) return read(await run('wget', wordsFor(ask)))
    const file = path.join(tmpdir(), `wget-${randomUUID()}`)
    writeFileSync(file, ask.body)
    try {
      return read(await run('wget', [`--body-file=${file}`, ...wordsFor(ask)]))
    } finally {
      rmSync(file)
    }
  },
  async follow(ask, enough) {
    await runUntil('wget', wordsFor(ask), enough)
  }
})

/** It ends with 6 or 8 where the server refused, and prints what the server said. */
function read({ code, out, told }: Awaited<ReturnType<typeof run>>) {
  if (code !== 0 && code !== 6 && code !== 8) throw new Error(`wget ended with ${code}: ${told}`)
  return { ...readHead(told), body: out }
}
