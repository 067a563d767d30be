import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { dashboardStamp, isBuilt } from '../../src/dev/stamp.mjs'

const root = path.join(import.meta.dirname, '..', '..')

/** Builds the dashboard when it is older than its sources, for a test that is run by itself. */
export function ensureBuilt(): void {
  if (isBuilt(path.join(root, 'dist', 'dashboard'), dashboardStamp(root))) return
  const build = spawnSync(process.execPath, ['src/dev/build/dashboard.ts'], { cwd: root, encoding: 'utf8' })
  if (build.status !== 0) throw new Error(build.stderr)
}
