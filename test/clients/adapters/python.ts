import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Ask, Client } from '../tour.ts'
import { env, missing, runUntil, typeOf } from './program.ts'

type Module = 'urllib' | 'requests'

/** Debian's own where there is one: it is the one that has Debian's python3-requests. */
const PYTHON = missing('/usr/bin/python3', '--version') ? 'python3' : '/usr/bin/python3'
const PROGRAM = path.join(import.meta.dirname, 'client.py')

export const skip = (module: Module) =>
  missing(PYTHON, '-c', `import ${module === 'urllib' ? 'urllib.request' : module}`)

const asLine = ({ body, ...ask }: Ask) => `${JSON.stringify({ ...ask, body: body?.toString('base64') })}\n`

/** One process for all requests, since it takes long to start. */
export const open = (module: Module) => async (): Promise<Client> => {
  const child = spawn(PYTHON, [PROGRAM, module], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async send(ask) {
      child.stdin.write(asLine(ask))
      const line = await lines.next()
      if (line.done) throw new Error(`python ended at ${ask.method} ${ask.url}`)
      const { status, type, body } = JSON.parse(line.value)
      return { status, type: typeOf(type), body: Buffer.from(body, 'base64') }
    },
    async follow(ask, enough) {
      await runUntil(PYTHON, [PROGRAM, module, 'follow'], enough, asLine(ask))
    },
    async close() {
      child.stdin.end()
      await gone
    }
  }
}
