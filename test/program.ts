import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { isBuilt, programStamp } from '../src/dev/stamp.mjs'
import { inTurn } from '../src/dev/turn.mjs'

const root = path.join(import.meta.dirname, '..')
const folder = path.join(root, 'dist', 'tested')

/** The program as it is shipped, built when it is older than its sources; by one test file, while others wait. */
export function builtProgram(): string {
  const stamp = programStamp(root)
  if (!isBuilt(folder, stamp)) inTurn(path.join(root, 'dist', '.building'), ignored, () => build(stamp))
  return path.join(folder, 'dist', 'flatrun-cluster.js')
}

const ignored = () => {}

function build(stamp: string) {
  // Whoever was at it before us has done it for us.
  if (isBuilt(folder, stamp)) return
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build/tested.ts'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}
