import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import pino from 'pino'
import type { Registry } from 'prom-client'
import type { Clock } from '../machines/clock.ts'
import { loadConfig } from '../src/config/config.ts'
import { type Daemon, startDaemon } from '../src/daemon/daemon.ts'
import type { Limits } from '../src/http/app.ts'
import { REVERSED } from './reversed.ts'

export interface NodeOptions {
  name?: string
  /** Keeps its data from one start to the next. */
  folder?: string
  clock?: Clock
  /** Dotted keys of the config. */
  config?: Record<string, unknown>
  /** Where log lines go, for tests that read them. */
  logTo?: { write(line: string): void }
  /** Of connections, smaller than the usual ones. */
  limits?: Limits
  /** For an engine that a loaded machine makes slow. */
  engineTimeoutMs?: number
  processFigures?: Registry
}

export interface TestNode {
  name: string
  url: string
  folder: string
  daemon: Daemon
  /** An operator's request; throws nothing, gives the status and the parsed body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  stop(): Promise<void>
}

export interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  headers: Headers
  text: string
}

export const OPERATOR_KEY = 'test-operator-key-0123456789abcdef'
export const READER_KEY = 'test-reader-key-0123456789abcdefgh'

/** A real daemon on port 0 with a folder of its own; stopped when the test ends. */
export async function startNode(t: TestContext, options: NodeOptions = {}): Promise<TestNode> {
  const { name = 'node-a', clock, logTo, limits, engineTimeoutMs, processFigures } = options
  const folder = options.folder ?? temporaryFolder(t)
  const flags = {
    deployments_path: folder,
    docker_socket: '',
    data_path: path.join(folder, 'data'),
    'api.host': '127.0.0.1',
    'api.port': 0,
    'auth.api_keys': [OPERATOR_KEY, { key: READER_KEY, name: 'reader', scopes: ['read'] }],
    'cluster.enabled': true,
    'cluster.server_name': name,
    'cluster.advertise_url': '',
    ...(REVERSED && { 'cluster.reach': 'reverse' }),
    ...options.config
  }
  const config = loadConfig({ env: {}, flags, cwd: folder })
  const log = logTo ? pino({ level: 'trace' }, logTo) : pino({ level: 'silent' })
  const daemon = await startDaemon({ config, log, clock, limits, engineTimeoutMs, processFigures })
  let running = true
  const stop = async () => {
    if (!running) return
    running = false
    await daemon.close()
  }
  t.after(stop)
  const call: TestNode['call'] = (method, where, body, headers) =>
    request(`${daemon.url}${where}`, { method, body, headers: { ...authorized(OPERATOR_KEY), ...headers } })
  return { name, url: daemon.url, folder, daemon, call, stop }
}

/** A new folder. It goes after every other `after` of the test: what still writes there has then been stopped. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-cluster-'))
  t.after(() => t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })))
  return folder
}

export const authorized = (key: string) => ({ authorization: `Bearer ${key}` })

export async function request(
  url: string,
  { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {}
): Promise<Reply> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(url, { method, redirect: 'manual', headers: { ...type, ...headers }, ...sent })
  const text = await answer.text()
  return { status: answer.status, body: parse(text), headers: answer.headers, text }
}

/** A joins B: B makes the invite, A accepts it. */
export async function join(
  inviter: Pick<TestNode, 'call'>,
  joiner: Pick<TestNode, 'call'>,
  invite: Record<string, unknown> = {}
): Promise<Reply> {
  const { body } = await inviter.call('POST', '/api/cluster/invite', invite)
  return joiner.call('POST', '/api/cluster/accept', { invite_token: body.invite_token })
}

/** Asks until it is so; gives up after a minute of real time, which only a failing test needs. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  what = 'it'
): Promise<T> {
  const end = performance.now() + 60_000
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (performance.now() > end) throw new Error(`${what} never happened`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Waits until a node sees a peer in a state. */
export const sees = (node: TestNode, peer: string, state: string) =>
  until(async () => {
    const { body } = await node.call('GET', '/api/cluster/peers')
    return body.peers?.some((one: { name: string; state: string }) => one.name === peer && one.state === state)
  }, `${node.name} seeing ${peer} as ${state}`)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
