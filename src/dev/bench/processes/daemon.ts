import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, type Processes, until } from './processes.ts'

const KEY = 'operator-key-of-the-benchmark-0123456789'
const ROOT = path.join(import.meta.dirname, '..', '..', '..', '..')

/** The agent as it is installed, in a process of its own, with peers that join it as plain FlatRun does. */
export async function startAgent(
  processes: Processes,
  folder = mkdtempSync(path.join(tmpdir(), 'flatrun-bench-')),
  given?: number,
  more: Record<string, string> = {}
) {
  const port = given ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const child = processes.start(process.execPath, [path.join(ROOT, 'dist/flatrun-cluster.js'), 'agent'], {
    FLATRUN_API__PORT: String(port),
    FLATRUN_API__HOST: '127.0.0.1',
    FLATRUN_AUTH__API_KEYS: KEY,
    FLATRUN_DATA_PATH: path.join(folder, 'data'),
    FLATRUN_DEPLOYMENTS_PATH: folder,
    FLATRUN_DOCKER_SOCKET: '',
    FLATRUN_CLUSTER__ENABLED: 'true',
    FLATRUN_CLUSTER__SERVER_NAME: 'bench',
    FLATRUN_LOGGING__LEVEL: 'error',
    // As the unit file has it.
    NODE_OPTIONS: '--max-semi-space-size=16',
    ...more
  })
  child.stdout?.resume()
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const answers = () =>
    fetch(`${url}/api/health`).then(
      ({ ok }) => ok,
      () => false
    )
  await until(answers, 'the agent answering')

  async function call(method: string, where: string, body?: unknown): Promise<string> {
    const type = body === undefined ? undefined : { 'content-type': 'application/json' }
    const init = { method, headers: { authorization: `Bearer ${KEY}`, ...type } }
    const answer = await fetch(url + where, body === undefined ? init : { ...init, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`)
    return text
  }

  return {
    url,
    child,
    folder,
    authorization: `Bearer ${KEY}`,
    call,
    /** Lets a peer at this URL join; gives the key that it is to present. */
    async admit(name: string, peerUrl: string): Promise<string> {
      const { invite_token } = JSON.parse(await call('POST', '/api/cluster/invite'))
      const api_key = `key-that-${name}-gives-to-the-agent-0123456789abcdef`
      const answer = await call('POST', '/api/cluster/exchange', { invite_token, url: peerUrl, api_key, name })
      return JSON.parse(answer).api_key
    },
    async states(): Promise<string[]> {
      return JSON.parse(await call('GET', '/api/cluster/peers')).peers.map(({ state }: { state: string }) => state)
    }
  }
}

export type Agent = Awaited<ReturnType<typeof startAgent>> & { child: ChildProcess }
