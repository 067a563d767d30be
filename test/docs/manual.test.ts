import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { builtProgram } from '../program.ts'

const root = path.join(import.meta.dirname, '..', '..')

test('the manual has every command that the help has', () => {
  const { stdout } = spawnSync(process.execPath, [builtProgram(), '--help'], { encoding: 'utf8' })
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:\|\w+)*(?: [[<].*?[\]>])* {2,}\S/gm)].map(([, name]) => name)
  assert.ok(commands.length > 20, commands.join())
  const manual = readFileSync(path.join(root, 'docs', 'flatrun-cluster.8'), 'utf8')
  const missing = commands.filter((name) => !new RegExp(`^\\.BR? .*\\b${name}\\b`, 'm').test(manual))
  assert.deepEqual(
    missing,
    ['help'].filter((name) => missing.includes(name))
  )
})
