/**
 * Runs the tests: all of them, or the files and options that are named. `development` turns on XState's own warnings.
 * A test that hangs fails by its name, and a file whose tests are over but which does not end is ended (test-limit.mjs):
 * neither holds up the rest.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import path from 'node:path'

const LONGEST_MS = 400_000

const named = process.argv.slice(2)
const files = named.some((argument) => !argument.startsWith('-')) ? [] : ['test/**/*.test.ts']
const limit = named.some((argument) => argument.startsWith('--test-timeout')) ? [] : [`--test-timeout=${LONGEST_MS}`]
// Most of a file's time is waiting for other processes, so every core gets one; the runner itself would leave one idle.
const together = `--test-concurrency=${availableParallelism()}`
const preload = `--import=${path.join(import.meta.dirname, 'test-limit.mjs')}`
const options = ['--conditions=development', preload, '--test', together, ...limit]
const child = spawn(process.execPath, [...options, ...named, ...files], { stdio: 'inherit' })
child.on('exit', (code) => process.exit(code ?? 1))
