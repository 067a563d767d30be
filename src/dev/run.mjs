/**
 * Runs a program of this checkout on the Node that the checkout brings, after installing what is missing.
 * Plain JavaScript, because the Node that starts it may be too old to run TypeScript.
 *
 *   node src/dev/run.mjs [--here] FILE [ARGS…]
 *
 * FILE is named from the checkout; it runs there, or, with --here, where one stands.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { faultOfRuntime } from './runtime.mjs'
import { dashboardStamp, isBuilt } from './stamp.mjs'
import { inTurn } from './turn.mjs'

const root = path.join(import.meta.dirname, '..', '..')
const runtime = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const stamp = path.join(root, 'node_modules', '.installed')
const WAITING = 'Another command prepares this checkout; waiting for it…'

const here = process.argv[2] === '--here'
const [file = '', ...words] = process.argv.slice(here ? 3 : 2)

if (!installed()) inTurn(path.join(root, '.installing'), () => console.error(WAITING), install)
if (file.startsWith('src/') && file !== 'src/dev/build/dashboard.ts' && !dashboardBuilt())
  inTurn(path.join(root, '.installing'), () => console.error(WAITING), buildDashboard)

// What was compiled once is kept: a program that starts from its sources needs a third less of the processor.
const compiled = process.env.NODE_COMPILE_CACHE ?? path.join(root, 'node_modules', '.cache', 'compiled')
const child = spawn(runtime, [path.resolve(root, file), ...words], {
  stdio: 'inherit',
  cwd: here ? process.cwd() : root,
  env: { ...process.env, NODE_COMPILE_CACHE: compiled }
})
// A terminal sends Ctrl-C to the whole group, so the child has had it already; one signal is one request to stop.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
process.on('SIGINT', () => {})
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, 'SIGKILL')
  process.exit(code ?? 1)
})

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
}

function installed() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest() && existsSync(runtime)
}

function install() {
  // Whoever was at it before us has done it for us.
  if (installed()) return
  console.error('Installing the packages of this checkout…')
  const npm = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32'
  })
  if (npm.status !== 0) {
    console.error('npm ci failed; the lines above say why.')
    process.exit(70)
  }
  const fault = faultOfRuntime(runtime)
  if (fault) {
    console.error(`${fault}. Was it changed on the way? Delete node_modules and try again.`)
    process.exit(70)
  }
  writeFileSync(stamp, lockDigest())
}

function dashboardBuilt() {
  return isBuilt(path.join(root, 'dist', 'dashboard'), dashboardStamp(root))
}

function buildDashboard() {
  if (dashboardBuilt()) return
  const build = spawnSync(runtime, ['src/dev/build/dashboard.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit']
  })
  if (build.status === 0) return
  console.error('The dashboard could not be built; the lines above say why.')
  process.exit(70)
}
