import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createActor, createMachine } from 'xstate'
import { DATA, DEFINITION, presentable } from '../../src/inspector/presentable.ts'
import { withoutSecrets } from '../../src/inspector/secrets.ts'

const KEY = 'mD3kq9ZrT1xWc5VbN8yLs2HfGj7PoUe4AiQwRtYuIz0'

test('secrets are cut by their names, at any depth, whatever is in them', () => {
  const planted = {
    api_key: 'planted-1',
    apiKey: 'planted-2',
    invite_token: 'planted-3',
    headers: { Authorization: 'planted-4', cookie: 'planted-5', 'x-api-key': 'planted-6' },
    list: [{ password: 'planted-7' }, new Map([['credential', { sealed: 'planted-8' }]])],
    jwtSecret: ['planted-9'],
    key: 12_345
  }
  const shown = JSON.stringify(
    presentable({ event: planted, output: [planted], error: Object.assign(new Error('x'), planted) })
  )
  assert.doesNotMatch(shown, /planted|12345/)
  assert.match(shown, /"headers"/)
})

test('secrets are cut by their form, in any text and in the names of entries', () => {
  const texts: [string, string][] = [
    ['GET failed: Bearer abc.def-ghi', 'GET failed: Bearer <secret>'],
    ['ApiKey fr_0123', 'ApiKey <secret>'],
    ['https://admin:hunter2@berlin.test/api', 'https://<secret>@berlin.test/api'],
    ['https://hunter2@berlin.test', 'https://<secret>@berlin.test'],
    ['/api/x?a=1&token=hunter2&b=2', '/api/x?a=1&token=<secret>&b=2'],
    ['frc1.eyJhIjoxfQ.c2ln', 'frc1.<secret>'],
    ['fr_0123456789abcdef0123', 'fr_<secret>'],
    ['session eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl ended', 'session <secret> ended'],
    [`key ${KEY}=`, 'key <secret>'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', '<secret>']
  ]
  for (const [text, left] of texts) assert.equal(withoutSecrets(text), left)
  assert.equal(JSON.stringify(presentable(new Map([[KEY, 1]]))), '{"<secret>":1}')
})

test('names, addresses and ids are no secrets', () => {
  for (const text of [
    '0b1f4c9e-3a7d-4a53-9a55-1d2b8f6f0f11',
    'https://berlin-2.example.net:8090/prefix',
    'a-deployment-with-a-name-that-is-as-long-as-it-may-be-in-all-0001',
    'GET /api/health answered 503',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  ]) {
    assert.equal(withoutSecrets(text), text)
  }
})

test('a definition keeps its states whatever they are called, and shows no text under such a name', () => {
  const config = {
    context: { api_key: 'planted', nested: { token: 'planted' } },
    states: { checkingToken: { on: { 'key.refused': { target: 'secretive', description: 'Bearer planted' } } } }
  }
  const shown = JSON.stringify(presentable(config, DEFINITION))
  assert.doesNotMatch(shown, /planted/)
  assert.match(shown, /"checkingToken":\{"on":\{"key\.refused":\{"target":"secretive"/)
})

test('it copies what it understands and names what it does not', () => {
  const actor = createActor(createMachine({ id: 'x' }), { id: 'berlin' })
  const shown = presentable({
    actor,
    abort: new AbortController(),
    at: new Date(5),
    set: new Set([1n, Number.NaN]),
    run() {},
    nothing: undefined,
    none: null,
    gaps: [undefined, () => 1]
  })
  assert.deepEqual(shown, {
    actor: { actor: 'berlin' },
    abort: '[AbortController]',
    at: '5',
    set: ['1', 'NaN'],
    none: null,
    gaps: [null, null]
  })
})

test('it never throws: not at getters, rings, endless depth or objects without a constructor', () => {
  const ring: Record<string, unknown> = { name: 'ring' }
  ring.again = ring
  const broken = Object.defineProperty({ fine: 1 }, 'broken', {
    enumerable: true,
    get() {
      throw new Error('a bug')
    }
  })
  assert.deepEqual(presentable(broken), { fine: 1, broken: '[unreadable]' })
  const failure = Object.defineProperty(
    new Error('gone', { cause: 1 }),
    'code',
    Object.getOwnPropertyDescriptor(broken, 'broken')!
  )
  assert.deepEqual(presentable(failure), { name: 'Error', message: 'gone', code: '[unreadable]' })
  const hostile = new Proxy({}, { ownKeys: () => assert.fail('a trap') })
  assert.deepEqual(presentable({ hostile }), { hostile: '[unreadable]' })
  assert.equal(JSON.stringify(presentable(ring)).split('"ring"').length - 1, DATA.depth)
  assert.equal(presentable(Object.create(Object.create(null))), '[object]')
})

test('what is shown is bounded in every direction', () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`peer-${at}`, { name: 'x'.repeat(5_000) }]))
  const shown = JSON.stringify(presentable({ many, list: Array(1_000).fill(0), deep: nested(1_000) }))
  assert.match(shown, /"…":"960 more"/)
  assert.match(shown, /… 960 more/)
  assert.ok(shown.length < 200_000, `${shown.length}`)

  const wide = Array.from({ length: 40 }, () =>
    Array.from({ length: 40 }, () => Array.from({ length: 40 }, () => ['a']))
  )
  assert.ok(JSON.stringify(presentable(wide)).length < 50_000)
})

function nested(depth: number): unknown {
  return depth === 0 ? 'end' : { inside: nested(depth - 1) }
}
