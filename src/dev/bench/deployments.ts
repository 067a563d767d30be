import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
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

/** What listing many deployments costs: until the list is whole, in memory, and for each file that is written. */
async function main(): Promise<void> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'flatrun-bench-'))
  try {
    const place = (index: number) => path.join(root, `project-${index}`)
    for (let index = 0; index < COUNT; index += 1) {
      await mkdir(place(index))
      await writeFile(path.join(place(index), 'compose.yaml'), COMPOSE)
      await writeFile(path.join(place(index), '.env'), 'PASSWORD=hunter2hunter2\n')
    }
    const before = process.memoryUsage().rss
    const cpu = process.cpuUsage()
    const began = performance.now()
    let changed = () => {}
    const node = createLocalNode({ deploymentsPath: root, dockerSocket: '', onDeploymentChange: () => changed() })
    const { deployments } = await node.deployments()
    const firstMs = performance.now() - began
    const { user, system } = process.cpuUsage(cpu)
    const cpuMs = (user + system) / 1_000
    await node.deployments()
    console.log(
      `${deployments.length} folders: whole after ${Math.round(firstMs)} ms, ${Math.round(cpuMs)} ms of processor`
    )
    console.log(`memory: +${Math.round((process.memoryUsage().rss - before) / 1e6)} MB`)

    const costs: number[] = []
    // The node's own watching keeps no process alive.
    const alive = setInterval(() => {}, 1_000)
    for (let index = 0; index < SAMPLES; index += 1) {
      const { promise, resolve } = Promise.withResolvers<void>()
      changed = resolve
      const { user, system } = process.cpuUsage()
      // A folder that is none any more, and one that is again, are changes that are told.
      await appendFile(path.join(place(index), 'compose.yaml'), '# more\n')
      await rm(path.join(place(COUNT - 1 - index), 'compose.yaml'))
      await promise
      const used = process.cpuUsage({ user, system })
      costs.push((used.user + used.system) / 1_000)
    }
    const middle = costs.toSorted((a, b) => a - b)[SAMPLES / 2] ?? 0
    console.log(`two files that change: ${middle.toFixed(1)} ms of processor (median of ${SAMPLES})`)
    clearInterval(alive)
    await node.close()
  } finally {
    await rm(root, { recursive: true })
  }
}

await main()
