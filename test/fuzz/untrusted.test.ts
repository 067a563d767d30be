import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { givenBy } from '../../src/cluster/aggregate/splice-json.ts'
import { ConfigFaults, loadConfig } from '../../src/config/config.ts'
import { Fatal } from '../../src/errors/fatal.ts'
import { Fault } from '../../src/local/compose/fault.ts'
import { readContainers } from '../../src/local/engine/container.ts'
import { entriesOf } from '../../src/local/logs/entries.ts'
import { memberText, parseJson } from '../../src/remote/answers/json.ts'
import { RemoteFailure } from '../../src/remote/failure.ts'
import { signAnswer, verifyAnswer } from '../../src/security/answer-signatures.ts'
import { BadToken, encodeInvite, readInvitation } from '../../src/security/invite-token.ts'
import { CannotUnseal, createSealingKey, openRequest, sealRequest } from '../../src/security/sealing.ts'
import {
  createSigner,
  normalTarget,
  readSignature,
  signingKey,
  verifySignature
} from '../../src/security/signatures.ts'
import { temporaryFolder } from '../daemon.ts'
import { summaryOf } from '../local/compose/projects.ts'
import { fuzz, nearly, onlyThrows } from './fuzz.ts'

/** Whatever others can send or write: nothing of it crashes a reader, which throws what it says and nothing else. */
const is =
  (...kinds: (new (...args: never[]) => Error)[]) =>
  (error: unknown) =>
    kinds.some((kind) => error instanceof kind)

const BITS = ['"', '\\', '{', '}', '[', ']', ':', ',', '.', '-', '0', '\n', '\0', '\u{1F600}', '__proto__', ' ']
const JSONS = [
  '{"deployments":[{"name":"a","status":"running","services":[]}],"path":"/srv"}',
  '[{"name":"a"},{"name":"b","x":{"y":[1,2.5e3,null,true]}}]',
  '{"items":null,"\\u0061":"\\ud800"}'
]

test('any peer’s JSON is read, or is a failure of that peer', () =>
  fuzz(fc.oneof(nearly(JSONS, BITS), fc.json({ maxDepth: 2 })), ['{"deployments":[]', '""', ''], async (text) => {
    for (const kind of ['deployments', 'stats'] as const) {
      await onlyThrows(is(RemoteFailure), () => {
        const read: unknown = JSON.parse(givenBy[kind](text).data)
        assert.equal(Array.isArray(read), kind === 'deployments')
      })
    }
    await onlyThrows(is(RemoteFailure), () => {
      parseJson(text)
      const member = memberText(text, 'deployments')
      if (member !== undefined) assert.deepEqual(JSON.parse(member), JSON.parse(text).deployments)
    })
  }))

test('any token is an invitation, or has a sentence that says what is wrong with it', () => {
  const content = { urls: ['https://a.example:8090'], name: 'a', exp: 1_800_000_000, key: 'A'.repeat(43) }
  const token = encodeInvite(content)
  return fuzz(nearly([token], ['frc1.', '.', '=', '-', '\u200b', '\n']), ['', 'frc1.', 'frc1..'], (text) =>
    onlyThrows(is(BadToken), () => {
      const read = readInvitation(text)
      if (read.kind === 'sealed') assert.equal(read.token, token)
    })
  )
})

test('any sealed message opens to what was sealed, or cannot be opened', async () => {
  const key = await createSealingKey()
  const { request } = await sealRequest(key.publicKey, 'content', 'purpose')
  const part = (text: string) => nearly([text], ['A', '_', '-', '=', '.', ''])
  const message = fc.record({ kid: part(request.kid), enc: part(request.enc), ct: part(request.ct) })
  await fuzz(message, [{ kid: '', enc: '', ct: '' }], (changed) =>
    onlyThrows(is(CannotUnseal), async () => {
      assert.equal((await openRequest(key, changed, 'purpose')).plain, 'content')
    })
  )
})

test('any headers of a signature are read, and what was changed is not believed', () => {
  const [key, parts] = [
    signingKey('k'),
    { method: 'POST', path: '/api/x?a=%40', bodyDigest: Buffer.alloc(32).toString('base64') }
  ]
  const good = createSigner()('k', parts, 'AAAAAAAAAAAA')
  const answer = { status: 200, bodyDigest: parts.bodyDigest, requestSignature: good.signature ?? '' }
  const said = signAnswer(key, answer, 'AAAAAAAAAAAA')
  const header = (text = '') => nearly([text], ['"', ';', '=', '(', ')', 'flatrun=', ';to="', 'nonce="', ':'])
  const headers = fc.record({
    signatureInput: header(good['signature-input']),
    signature: header(good.signature),
    contentDigest: header(good['content-digest']),
    answered: fc.record({ 'signature-input': header(said['signature-input']), signature: header(said.signature) }),
    path: header(parts.path)
  })
  return fuzz(headers, [], ({ answered, path: asked, ...read }) => {
    const { bodyDigest } = readSignature(read) ?? {}
    if (bodyDigest !== undefined && verifySignature(key, { ...parts, bodyDigest, path: asked }, read)) {
      assert.ok(isSame(read.signature, good.signature) && read.signatureInput === good['signature-input'])
      assert.equal(normalTarget(asked), normalTarget(parts.path))
    }
    const isOwn = isSame(answered.signature, said.signature) && answered['signature-input'] === said['signature-input']
    if (verifyAnswer(key, answer, answered)) assert.ok(isOwn)
  })
})

/** The last letter of base64 has bits that nothing reads. */
const isSame = (one: string, other = '') => one.slice(0, -3) === other.slice(0, -3)

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are variables of compose
const COMPOSE = [
  'name: shop\nservices:\n  web: { image: "a:${V:-1}", ports: ["80:80"], depends_on: [db] }\n  db: { image: b }\n',
  'x-a: &a { image: c }\nservices:\n  one: { <<: *a, extends: { service: two } }\n  two: { build: . }\n',
  'include: [other.yml]\nservices:\n  w: { image: a, deploy: { replicas: 2 }, environment: !reset [] }\n---\nservices: {}\n'
]
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
const YAML = [
  '&a',
  '*a',
  '<<: ',
  '!reset ',
  '!override ',
  '---\n',
  '? ',
  '- ',
  ': ',
  '|',
  '>',
  '${',
  '}',
  '$$',
  '{',
  '['
]

test('any compose file is a project, or has a fault', () =>
  fuzz(
    fc.tuple(nearly(COMPOSE, YAML), nearly(COMPOSE, YAML), nearly(['A=1\nB="$A"\n'], ['=', '"', '$', '\n'])),
    [],
    ([main, other, env]) =>
      onlyThrows(is(Fault), () => summaryOf({ 'compose.yaml': main, 'other.yml': other, '.env': env }))
  ))

const CONFIG = [
  'api: { host: 127.0.0.1, port: 8090, tls: { mode: off } }\ncluster: { enabled: true, server_name: a, health_interval: 30s }\n',
  'auth: { api_keys: [{ key: k0123456789012345678901234567890, name: a, scopes: [read] }] }\nlogging: { level: info }\nalerts: { targets: [] }\n'
]

test('any config is one, or has faults with their places, and none of it is quoted in a warning', async (t) => {
  const warned: unknown[] = []
  const note = (warning: Error) => warned.push(warning.message)
  process.on('warning', note)
  t.after(() => process.off('warning', note))
  const file = path.join(temporaryFolder(t), 'config.yml')
  await fuzz(
    nearly(CONFIG, [...YAML, 'cluster:', 'api:', '1h', 'null', '~', '-1', '1e999']),
    ['', '[]', '~', '? { auth: secret }\n: 1\n'],
    (text) => {
      writeFileSync(file, text)
      return onlyThrows(is(ConfigFaults, Fatal), () => loadConfig({ file, env: {}, hostname: 'a' }))
    }
  )
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(warned, [])
})

test('any answer of an engine is a list of containers, and any log has lines', () => {
  const container = { Id: 'a', Names: ['/a'], Image: 'b', State: 'running', Labels: {}, Ports: [], Created: 1 }
  const answer = fc.oneof(
    fc.array(
      fc.record(
        Object.fromEntries(
          Object.entries(container).map(([name, value]) => [name, fc.oneof(fc.constant(value), fc.jsonValue())])
        ),
        { requiredKeys: [] }
      )
    ),
    fc.jsonValue()
  )
  const log = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 })
  return fuzz(fc.tuple(answer, log, fc.boolean()), [], async ([answered, chunks, terminal]) => {
    for (const { id } of readContainers(answered)) assert.equal(typeof id, 'string')
    async function* body() {
      yield* chunks
    }
    for await (const { line } of entriesOf(body(), terminal)) assert.equal(typeof line, 'string')
  })
})
