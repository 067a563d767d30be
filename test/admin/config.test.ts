import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { runConfig } from '../../src/admin/config.ts'
import { configFile } from '../config/world.ts'
import { fakeTerminal } from './terminal.ts'

test('a right config is said to be right, with its notes', (t) => {
  const { terminal, out, err } = fakeTerminal()
  const file = configFile(t, 'nginx: {}')
  assert.equal(runConfig(['check', file], terminal, {}), 0)
  assert.deepEqual(out, [`${file}: right`])
  assert.deepEqual(err, [`note: ${file}: FlatRun's, and without meaning here: nginx`])
})

test('a wrong config ends with 78 and every fault', (t) => {
  const { terminal, err } = fakeTerminal()
  assert.equal(runConfig(['check', configFile(t, 'a: 1\nb: 2')], terminal, {}), 78)
  assert.match(err.join('\n'), /^config\.yml:1:1: a: unknown key.*\nconfig\.yml:2:1: b: unknown key/)
})

test('faults are JSON for programs', (t) => {
  const { terminal, out } = fakeTerminal()
  assert.equal(runConfig(['check', '--json', '--config', configFile(t, 'api: { port: x }')], terminal, {}), 78)
  assert.deepEqual(JSON.parse(out.join('')), {
    ok: false,
    faults: [
      {
        place: 'config.yml:1:14',
        key: 'api.port',
        message: 'expected a whole number from 0 to 65535; got "x"'
      }
    ]
  })
})

test('what counts is printed as a config, without secrets', () => {
  const { terminal, out } = fakeTerminal()
  assert.equal(runConfig(['print', '--origin'], terminal, { FLATRUN_AUTH__JWT_SECRET: 'canary' }), 0)
  assert.equal(parse(out.join('\n')).auth.jwt_secret, '<secret>')
  assert.match(out.join('\n'), /jwt_secret: <secret> # FLATRUN_AUTH__JWT_SECRET/)
})

test('the schema is JSON', () => {
  const { terminal, out } = fakeTerminal()
  assert.equal(runConfig(['schema'], terminal, {}), 0)
  assert.equal(JSON.parse(out.join('')).title, 'flatrun-cluster config')
})

test('another word is wrong usage', () => {
  assert.throws(() => runConfig(['chekc'], fakeTerminal().terminal, {}), {
    exitCode: 64,
    message: /check\|print\|schema/
  })
  assert.throws(() => runConfig(['check', '--orgin'], fakeTerminal().terminal, {}), {
    exitCode: 64,
    message: /--orgin/
  })
})
