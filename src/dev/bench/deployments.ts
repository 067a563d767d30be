import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { createLocalNode } from '../../local/node.ts'

const COUNT = Number(process.argv[2] ?? 3_114)
const SAMPLES = 10

const COMPOSE = `services:
  web:
    image: nginx:\${TAG:-1.27}
    restart: unless-stopped
    ports: ["8080:80"]
    environment: { DB_HOST: db, DB_PASSWORD: "\${PASSWORD}" }
    volumes: ["./data:/data", "cache:/cache"]
    depends_on: { db: { condition: service_healthy } }
  db:
    image: postgres:17
    healthcheck: { test: ["CMD", "pg_isready"], interval: 10s }
volumes: { cache: }
`

/**
 * What listing many deployments costs: until the list is whole, in memory, and for each file that changes. Beside it
 * what a bare loop costs that reads the same files and parses the YAML: of both in one run, a ratio says more than milliseconds.
 */
async function main(): Promise<void> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'flatrun-bench-'))
  const place = (index: number, file = '') => path.join(root, `project-${index}`, file)
  try {
    for (let index = 0; index < COUNT; index += 1) {
      await mkdir(place(index))
      await writeFile(place(index, 'compose.yaml'), COMPOSE)
      await writeFile(place(index, '.env'), 'PASSWORD=hunter2hunter2\n')
    }
    const before = process.memoryUsage().rss
    let changed = () => {}
    const start = () =>
      createLocalNode({ deploymentsPath: root, dockerSocket: '', onDeploymentChange: () => changed() })
    const { value: node, ...whole } = await measure(async () => {
      const started = start()
      await started.deployments()
      return started
    })
    await node.deployments()
    const grown = process.memoryUsage().rss - before
    const bare = await measure(async () => {
      for (let index = 0; index < COUNT; index += 1) {
        await readFile(place(index, '.env'), 'utf8')
        parse(await readFile(place(index, 'compose.yaml'), 'utf8'))
      }
    })
    console.log(`${COUNT} folders: whole after ${Math.round(whole.ms)} ms, ${Math.round(whole.cpuMs)} ms of processor`)
    console.log(
      `a bare loop that reads and parses them: ${Math.round(bare.ms)} ms, ${Math.round(bare.cpuMs)} of processor`
    )
    console.log(`ratio: ${(whole.ms / bare.ms).toFixed(2)}, of processor ${(whole.cpuMs / bare.cpuMs).toFixed(2)}`)
    console.log(`memory: +${Math.round(grown / 1e6)} MB`)

    const costs: number[] = []
    // The node's own watching keeps no process alive.
    const alive = setInterval(() => {}, 1_000)
    for (let index = 0; index < SAMPLES; index += 1) {
      const { promise, resolve } = Promise.withResolvers<void>()
      changed = resolve
      // A folder that is no deployment any more is a change that is told.
      const { cpuMs } = await measure(async () => {
        await rm(place(index, 'compose.yaml'))
        await promise
      })
      costs.push(cpuMs)
    }
    const inOrder = costs.toSorted((a, b) => a - b)
    const [middle = 0, least = 0] = [inOrder[SAMPLES / 2], inOrder[0]]
    console.log(
      `a compose file that is deleted: ${middle.toFixed(1)} ms of processor (median of ${SAMPLES}; least ${least.toFixed(1)})`
    )
    clearInterval(alive)
    await node.close()
  } finally {
    await rm(root, { recursive: true })
  }
}

async function measure<T>(work: () => Promise<T>): Promise<{ value: T; ms: number; cpuMs: number }> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const value = await work()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { value, ms, cpuMs: (user + system) / 1_000 }
}

await main()
