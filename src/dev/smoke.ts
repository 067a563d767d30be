/** Two agents as a stranger starts them, by `npm start`: they come up, join by one token, see each other, and stop with 0. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-smoke-'))
const started: ChildProcess[] = []

try {
  const [a, b] = [await start('smoke-a'), await start('smoke-b')]
  const { invite_token } = await call(a, 'POST', '/api/cluster/invite')
  await call(b, 'POST', '/api/cluster/accept', { invite_token })
  await until(async () => (await call(a, 'GET', '/api/cluster/peers')).peers[0]?.online, 'smoke-b online at smoke-a')
  await until(async () => (await call(b, 'GET', '/api/cluster/peers')).peers[0]?.online, 'smoke-a online at smoke-b')
  const codes = await Promise.all(started.map(stop))
  if (codes.some((code) => code !== 0)) throw new Error(`exit codes ${codes}`)
  console.log('two agents started, joined, saw each other, and stopped with 0')
} finally {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

interface Node {
  url: string
  key: string
}

async function start(name: string): Promise<Node> {
  const port = await freePort()
  const data = path.join(folder, name)
  const env = {
    ...process.env,
    FLATRUN_API__PORT: String(port),
    FLATRUN_DATA_PATH: data,
    FLATRUN_CLUSTER__SERVER_NAME: name,
    FLATRUN_LOGGING__LEVEL: 'warn'
  }
  const child = spawn('npm', ['start', '--silent'], { stdio: ['ignore', 'inherit', 'inherit'], env })
  started.push(child)
  const url = `http://127.0.0.1:${port}`
  await until(
    () =>
      fetch(`${url}/api/health`).then(
        ({ ok }) => ok,
        () => false
      ),
    `${name} answering`
  )
  return { url, key: readFileSync(path.join(data, 'admin.key'), 'utf8').trim() }
}

async function call({ url, key }: Node, method: string, where: string, body?: unknown) {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' })
  }
  const answer = await fetch(url + where, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

function stop(child: ChildProcess): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  return ended
}

async function until(look: () => Promise<unknown>, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await look()) return
    await wait(100)
  }
  throw new Error(`${what}: not within a minute`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
