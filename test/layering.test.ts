import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '..')

/** What each room may import besides itself, downwards only. `npm:` names packages; node: builtins are free. */
const MAY_IMPORT: Record<string, string[]> = {
  machines: ['src/schemas', 'npm:xstate'],
  'src/schemas': ['npm:typebox'],
  'src/charts': ['src/schemas'],
  'src/errors.ts': ['npm:@fastify/error'],
  'src/security': ['src/schemas', 'src/errors.ts', 'npm:hpke', 'npm:jose', 'npm:typebox'],
  'src/store': [
    'src/schemas',
    'src/security',
    'src/errors.ts',
    'npm:keyv',
    'npm:@keyv/sqlite',
    'npm:p-limit',
    'npm:typebox'
  ],
  'src/remote': ['src/schemas', 'src/security', 'src/errors.ts', 'npm:undici', 'npm:ws', 'npm:typebox'],
  'src/local': ['src/schemas', 'src/errors.ts', 'npm:undici', 'npm:yaml', 'npm:p-limit', 'npm:typebox'],
  'src/cluster': [
    'machines',
    'src/schemas',
    'src/errors.ts',
    'src/security',
    'src/store',
    'src/remote',
    'src/local',
    'npm:xstate',
    'npm:p-limit',
    'npm:typebox'
  ],
  'src/http': ['src/cluster', 'src/schemas', 'src/errors.ts', 'npm:fastify', 'npm:@fastify', 'npm:typebox', 'npm:ws'],
  'src/ops': [
    'src/schemas',
    'src/errors.ts',
    'npm:prom-client',
    'npm:xstate',
    'npm:undici',
    'npm:nodemailer',
    'npm:pino',
    'npm:pino-pretty'
  ],
  'src/admin': ['src/config', 'src/config.ts', 'src/ops', 'src/store', 'src/schemas', 'src/errors.ts', 'npm:yaml'],
  'src/cli': ['src/charts', 'machines/charts.json', 'src/schemas', 'src/security/invite-token.ts', 'npm:commander']
}

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${room} imports only what it may`, () => {
    for (const file of sources(room)) {
      for (const target of imports(file)) {
        const fits = [room, ...allowed].some((prefix) => target === prefix || target.startsWith(`${prefix}/`))
        assert.ok(fits, `${file} imports ${target}`)
      }
    }
  })
}

function sources(room: string): string[] {
  const place = path.join(root, room)
  if (room.endsWith('.ts')) return [room]
  if (!existsSync(place)) return []
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(room, name))
}

function imports(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  return [...text.matchAll(/(?:from|import) '([^']+)'/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => !name.startsWith('node:'))
    .map((name) => (name.startsWith('.') ? path.join(path.dirname(file), name) : `npm:${name}`))
}
