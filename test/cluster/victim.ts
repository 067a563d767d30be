import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { BARE } from '../bare.ts'
import { authorized, OPERATOR_KEY, type Reply, request, type TestNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

/** A node in a process of its own, which can be killed and comes back with the same data. */
export interface Victim extends Pick<TestNode, 'name' | 'url' | 'call'> {
  kill(): Promise<void>
  start(): Promise<void>
  pid(): number
}

interface VictimOptions {
  port?: number
  env?: Record<string, string>
}

export async function createVictim(t: TestContext, name: string, options: VictimOptions = {}): Promise<Victim> {
  const folder = temporaryFolder(t)
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const env = {
    ...BARE,
    FLATRUN_DEPLOYMENTS_PATH: folder,
    FLATRUN_DOCKER_SOCKET: '',
    FLATRUN_DATA_PATH: path.join(folder, 'data'),
    FLATRUN_API__PORT: String(port),
    FLATRUN_AUTH__API_KEYS: OPERATOR_KEY,
    FLATRUN_CLUSTER__ENABLED: 'true',
    FLATRUN_CLUSTER__SERVER_NAME: name,
    FLATRUN_CLUSTER__HEALTH_INTERVAL: '1s',
    FLATRUN_LOGGING__LEVEL: 'warn',
    ...options.env
  }
  const program = builtProgram()
  let child: ChildProcess | undefined
  const kill = async () => {
    const ended = new Promise((resolve) => (child ? child.once('exit', resolve) : resolve(undefined)))
    child?.kill('SIGKILL')
    await ended
    child = undefined
  }
  t.after(kill)
  const call = (method: string, where: string, body?: unknown): Promise<Reply> =>
    request(url + where, { method, body, headers: authorized(OPERATOR_KEY) })
  async function start() {
    child = spawn(process.execPath, [program, 'agent'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
    await until(
      () =>
        fetch(`${url}/api/health`).then(
          ({ ok }) => ok,
          () => false
        ),
      `${name} starting`
    )
  }
  return { name, url, call, kill, start, pid: () => child?.pid ?? 0 }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
