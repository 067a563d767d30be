import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '..')

/** Any room may import these. */
const EVERYWHERE = ['src/schemas', 'src/untyped.ts', 'src/in-flight.ts', 'npm:typebox']

/** What each room may import besides itself and those, downwards only. `npm:` names packages; node: builtins are free. */
const MAY_IMPORT: Record<string, string[]> = {
  machines: ['npm:xstate'],
  'src/schemas': [],
  'src/clock.ts': ['machines/clock.ts'],
  'src/untyped.ts': [],
  'src/in-flight.ts': [],
  'src/kept-file.ts': [],
  'src/errors': ['npm:@fastify/error'],
  'src/version.ts': [],
  'src/charts': [],
  'src/security': ['src/errors', 'npm:hpke', 'npm:jose', 'npm:lru-cache'],
  'src/store': ['src/security', 'src/errors', 'npm:keyv', 'npm:@keyv/sqlite', 'npm:p-limit', 'npm:lru-cache'],
  'src/remote': ['machines/clock.ts', 'src/clock.ts', 'src/security', 'src/errors', 'npm:p-limit', 'npm:undici'],
  'src/local': ['src/errors', 'src/kept-file.ts', 'npm:undici', 'npm:yaml', 'npm:p-limit'],
  'src/cluster': [
    'machines',
    'src/clock.ts',
    'src/errors',
    'src/kept-file.ts',
    'src/security',
    'src/store',
    'src/remote',
    'src/local',
    'npm:xstate',
    'npm:lru-cache',
    'npm:p-limit'
  ],
  // FlatRun's own agent on this server, behind this one.
  'src/flatrun': [
    'src/clock.ts',
    'src/errors',
    'src/security',
    'src/store',
    'src/remote',
    'npm:undici',
    'npm:lru-cache',
    'npm:p-limit',
    'npm:@fastify/error'
  ],
  // The thread and its jobs: it is handed to what needs it, and so stands above them.
  'src/parsing': ['src/cluster/aggregate/splice-json.ts', 'src/local/compose', 'src/local/disk', 'src/remote'],
  'src/http': [
    'src/cluster',
    'src/flatrun',
    'src/remote/links/protocol.ts',
    'src/errors',
    'npm:fastify',
    'npm:@fastify',
    'npm:lru-cache'
  ],
  'src/alerts': ['machines/clock.ts', 'src/errors', 'npm:undici', 'npm:nodemailer'],
  'src/metrics': ['src/errors', 'npm:prom-client'],
  'src/inspector': ['npm:xstate'],
  'src/systemd': ['src/errors'],
  'src/config': ['src/errors', 'src/security/certificates/certificate.ts', 'npm:yaml'],
  'src/admin': [
    'src/cli/agent',
    'src/cli/command.ts',
    'src/cli/exit.ts',
    'src/cli/io.ts',
    'src/cli/prompt.ts',
    'src/cli/text',
    'src/config',
    'src/systemd',
    'src/store',
    'src/errors',
    'npm:commander',
    'npm:yaml'
  ],
  'src/cli': [
    'src/charts',
    'machines/charts.json',
    'src/security/certificates/authorities.ts',
    'src/security/certificates/certificate.ts',
    'src/security/invite-token.ts',
    'npm:commander'
  ],
  'src/dashboard': ['src/charts', 'machines/charts.json', 'npm:preact', 'npm:@preact/signals', 'npm:uplot'],
  'src/daemon': ['machines', 'src', 'npm:fastify', 'npm:pino', 'npm:pino-pretty', 'npm:prom-client']
}

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${room} imports only what it may`, () => {
    const files = sources(room)
    assert.ok(files.length > 0, `${room} is empty`)
    for (const file of files) {
      for (const target of imports(file)) {
        const fits = [room, ...EVERYWHERE, ...allowed].some(
          (prefix) => target === prefix || target.startsWith(`${prefix}/`)
        )
        assert.ok(fits, `${file} imports ${target}`)
      }
    }
  })
}

test('every room of src has its rule', () => {
  const free = ['dev', 'main.ts', 'launcher.mjs']
  const rooms = readdirSync(path.join(root, 'src')).filter(
    (name) => !free.includes(name) && sources(`src/${name}`).length > 0
  )
  assert.deepEqual(
    rooms.filter((name) => !(`src/${name}` in MAY_IMPORT)),
    []
  )
})

test('what only developers run is imported by nothing that is shipped', () => {
  const shipped = [...sources('src'), ...sources('machines')].filter((file) => !file.startsWith('src/dev/'))
  assert.deepEqual(
    shipped.filter((file) => imports(file).some((target) => target.startsWith('src/dev/'))),
    []
  )
})

function sources(room: string): string[] {
  const place = path.join(root, room)
  if (/\.tsx?$/.test(room)) return [room]
  if (!existsSync(place)) return []
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => path.join(room, name))
}

function imports(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  return [...text.matchAll(/(?:^(?:import|export|\}).*\bfrom |^import |\bimport\()'([^']+)'/gm)]
    .map((match) => (match[1] ?? '').replace(/\?.*/, ''))
    .filter((name) => !name.startsWith('node:'))
    .map((name) => (name.startsWith('.') ? path.join(path.dirname(file), name) : `npm:${name}`))
}
