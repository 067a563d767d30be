/** Runs the tests: all of them, or the files and options that are named. `development` turns on XState's own warnings. */
import { spawn } from 'node:child_process'

const named = process.argv.slice(2)
const files = named.some((argument) => !argument.startsWith('-')) ? [] : ['test/**/*.test.ts']
const child = spawn(process.execPath, ['--conditions=development', '--test', ...named, ...files], { stdio: 'inherit' })
child.on('exit', (code) => process.exit(code ?? 1))
