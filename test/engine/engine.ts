import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const NEEDED = ['/usr/bin/podman', '/usr/bin/crun', '/usr/bin/docker-compose', '/bin/busybox', '/usr/bin/unshare']

/** Why there can be no real engine here; undefined where there can. */
export function whyNoEngine(): string | undefined {
  if (process.platform !== 'linux') return 'a container engine for tests needs Linux'
  if (process.getuid?.() !== 0) return 'a container engine for tests needs root'
  const missing = NEEDED.filter((file) => !existsSync(file))
  if (missing.length > 0) return `not installed: ${missing.join(', ')} (see .ci/packages)`
  const words = ['--mount', '--cgroup', '--pid', '--fork', '--mount-proc', 'sh', '-c', PROBE]
  const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8' })
  return status === 0 ? undefined : `no namespaces of its own for an engine here: ${stderr.trim()}`
}

const PROBE = 'mount -t tmpfs tmpfs /run && mkdir /run/tree && mount -t cgroup2 cgroup2 /run/tree'

/** A real engine, alone on its socket, and `docker-compose` to use it with. Ends with `stop`, and all containers with it. */
export async function startEngine() {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'flatrun-engine-'))
  const nest = spawn('bash', [path.join(import.meta.dirname, 'nest.sh'), dir], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const output of [nest.stdout, nest.stderr]) output.on('data', (chunk) => (said += chunk))
  const exited = new Promise<void>((resolve) => nest.once('exit', () => resolve()))
  const socketPath = path.join(dir, 'engine.sock')
  const socket = `unix://${socketPath}`

  const stop = async () => {
    // The namespaces' first process ends with this one, and takes all that is in them along.
    nest.kill('SIGKILL')
    await exited
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
  try {
    await ready(socketPath, () => (nest.exitCode === null ? undefined : said))
  } catch (cause) {
    await stop()
    throw cause
  }
  return {
    socket,
    dir,
    stop,
    get: (place: string) => asked(socketPath, `/v1.41${place}`),
    /** A container as the engine tells of it. */
    inspect: (id: string) => asked(socketPath, `/v1.41/containers/${id}/json`),
    /** Runs docker-compose in a project's folder. */
    compose: (cwd: string, ...args: string[]) =>
      promisify(execFile)('docker-compose', args, { cwd, env: { ...process.env, DOCKER_HOST: socket } })
  }
}

async function ready(socketPath: string, failed: () => string | undefined): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const why = failed()
    if (why !== undefined) throw new Error(`the engine did not start: ${why}`)
    if (await answers(socketPath)) return
    await sleep(50)
  }
  throw new Error('the engine did not start within 30 s')
}

async function asked(socketPath: string, place: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const call = request({ socketPath, path: place }, async (response) => resolve((await response.toArray()).join('')))
  call.on('error', reject)
  call.end()
  return promise
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 1_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
    asked.on('timeout', () => asked.destroy())
    asked.end()
  })
}
