/**
 * Runs the tests: all of them, or the files and options that are named. `development` turns on XState's own warnings.
 * A file that hangs is ended, so that it is told with its name instead of holding up the rest for ever.
 */
import { spawn } from 'node:child_process'

const LONGEST_MS = 400_000

const named = process.argv.slice(2)
const files = named.some((argument) => !argument.startsWith('-')) ? [] : ['test/**/*.test.ts']
const limit = named.some((argument) => argument.startsWith('--test-timeout')) ? [] : [`--test-timeout=${LONGEST_MS}`]
const child = spawn(process.execPath, ['--conditions=development', '--test', ...limit, ...named, ...files], {
  stdio: 'inherit'
})
child.on('exit', (code) => process.exit(code ?? 1))
