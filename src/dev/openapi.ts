/** Writes docs/openapi.json, the committed copy of what an agent serves at /api/openapi.json. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import { loadConfig } from '../config/config.ts'
import { startDaemon } from '../daemon/daemon.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-openapi-'))
const file = path.join(import.meta.dirname, '..', '..', 'docs', 'openapi.json')
try {
  const flags = {
    data_path: folder,
    deployments_path: folder,
    docker_socket: '',
    'api.port': 0,
    'cluster.enabled': true
  }
  const daemon = await startDaemon({ config: loadConfig({ env: {}, flags }), log: pino({ level: 'error' }) })
  const answer = await fetch(`${daemon.url}/api/openapi.json`)
  writeFileSync(file, `${JSON.stringify(await answer.json(), null, 2)}\n`)
  await daemon.close()
  console.log(`wrote ${path.relative(process.cwd(), file)}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
