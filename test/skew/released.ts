import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { brotliDecompressSync } from 'node:zlib'
import { BARE } from '../bare.ts'
import { authorized, OPERATOR_KEY, type Reply, request, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

/** The program of the version before, as make-released.ts keeps it. */
const PROGRAM = path.join(import.meta.dirname, 'released.br')

export interface Released {
  readonly name: string
  readonly url: string
  readonly folder: string
  readonly config: string
  call(method: string, path: string, body?: unknown): Promise<Reply>
  stop(): Promise<void>
  /** Ends it without a word to anybody. */
  kill(): Promise<unknown>
}

interface Options {
  readonly name: string
  /** Keeps its data from one start to the next, and its port. */
  readonly folder?: string
  readonly port?: number
  /** Sections of the config beside those of every test. */
  readonly more?: Record<string, unknown>
}

/** A server that runs the version before, in a process of its own; stopped when the test ends. */
export const startReleased = (t: TestContext, options: Options) => start(run(t, released(t), options), options.name)

/** The same with the program that is shipped next. */
export const startShipped = (t: TestContext, options: Options) => start(run(t, builtProgram(), options), options.name)

async function start({ child, said, gone, place, config }: ReturnType<typeof run>, name: string): Promise<Released> {
  const url = await until(() => {
    assert.equal(child.exitCode, null, said())
    return existsSync(path.join(place, 'data', 'url')) && /ready on (\S+)/.exec(said())?.[1]
  }, 'the released version starting')
  const stop = async () => {
    child.kill('SIGTERM')
    assert.equal(await gone, 0, said())
  }
  const kill = () => {
    child.kill('SIGKILL')
    return gone
  }
  return {
    ...{ name, url, folder: place, config, stop, kill },
    call: (method, where, body) => request(`${url}${where}`, { method, body, headers: authorized(OPERATOR_KEY) })
  }
}

/** The same where it must not start: how it ended, and what it said. */
export async function failReleased(t: TestContext, options: Options): Promise<{ code: number; said: string }> {
  const { gone, said } = run(t, released(t), options)
  return { code: await gone, said: said() }
}

function released(t: TestContext): string {
  const shelf = temporaryFolder(t)
  const files: Record<string, string> = JSON.parse(brotliDecompressSync(readFileSync(PROGRAM)).toString())
  for (const [file, text] of Object.entries({ ...files, 'package.json': '{"type":"module"}' }))
    writeFileSync(path.join(shelf, file), text)
  return path.join(shelf, 'main.js')
}

function run(t: TestContext, program: string, { name, folder, port = 0, more }: Options) {
  const place = folder ?? temporaryFolder(t)
  const config = path.join(place, 'config.yml')
  mkdirSync(place, { recursive: true })
  writeFileSync(
    config,
    JSON.stringify({
      ...{ deployments_path: place, docker_socket: '', data_path: path.join(place, 'data') },
      api: { host: '127.0.0.1', port },
      auth: { api_keys: [OPERATOR_KEY] },
      cluster: { enabled: true, server_name: name },
      ...more
    })
  )
  const child = spawn(process.execPath, [program, 'agent', '--config', config], {
    cwd: place,
    env: BARE,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.after(() => child.kill('SIGKILL'))
  let text = ''
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (more) => (text += more))
  const gone = once(child, 'close').then(([code]) => Number(code))
  return { child, gone, place, config, said: () => text }
}
