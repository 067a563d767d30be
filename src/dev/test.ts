/**
 * Runs the tests: all of them, or the files and options that are named. `development` turns on XState's own warnings.
 * A test that hangs fails by its name, and a file whose tests are over but which does not end is ended (test-limit.mjs):
 * neither holds up the rest.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'

const LONGEST_MS = 400_000

const named = process.argv.slice(2)
const files = named.some((argument) => !argument.startsWith('-')) ? [] : ['test/**/*.test.ts']
const limit = named.some((argument) => argument.startsWith('--test-timeout')) ? [] : [`--test-timeout=${LONGEST_MS}`]
// A third of a file's time is waiting for other processes: one more than there are cores keeps them busy.
const together = `--test-concurrency=${availableParallelism() + 1}`
const preload = ['whole-typebox.mjs', 'test-limit.mjs'].map(
  (name) => `--import=${path.join(import.meta.dirname, name)}`
)
const options = ['--conditions=development', ...preload, '--test', together, ...limit]
const env = { ...process.env, WHOLE_TYPEBOX: await wholeTypebox() }
const child = spawn(process.execPath, [...options, ...named, ...files], { stdio: 'inherit', env })
child.on('exit', (code) => process.exit(code ?? 1))

/** TypeBox in a few files, for whole-typebox.mjs; made once a version. */
async function wholeTypebox(): Promise<string> {
  const packages = path.join(import.meta.dirname, '..', '..', 'node_modules')
  const { version, exports } = JSON.parse(readFileSync(path.join(packages, 'typebox', 'package.json'), 'utf8'))
  const folder = path.join(packages, '.cache', `typebox-${version}`)
  if (existsSync(folder)) return folder
  const { build } = await import('esbuild')
  const names = Object.keys(exports).map((name) => name.replace(/^\.\/?/, ''))
  const fresh = `${folder}.${process.pid}`
  await build({
    entryPoints: Object.fromEntries(
      names.map((name) => [name || 'index', path.join(packages, 'typebox', 'build', name, 'index.mjs')])
    ),
    ...{
      outdir: fresh,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node'
    }
  })
  try {
    renameSync(fresh, folder)
  } catch {
    // Another run was quicker.
    rmSync(fresh, { recursive: true })
  }
  return folder
}
