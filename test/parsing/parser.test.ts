import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { readFolderOn, spliceOn } from '../../src/parsing/large.ts'
import { createParser } from '../../src/parsing/parser.ts'
import { request, startNode, temporaryFolder } from '../daemon.ts'

function parserFor(t: TestContext, options: Parameters<typeof createParser>[0] = {}) {
  const parser = createParser({ deadlineMs: 60_000, ...options })
  t.after(parser.close)
  return parser
}

const deployments = (count: number) =>
  JSON.stringify(Array.from({ length: count }, (_, at) => ({ name: `d${at}`, status: at % 2 ? 'running' : 'stopped' })))

test('a large answer is read to the same text as a small one, in whatever shape it comes', async (t) => {
  const splice = spliceOn(parserFor(t))
  const list = deployments(5_000)
  assert.equal(await splice.data('deployments', list), `"data":${list}`)
  assert.equal(await splice.data('deployments', `{"path":"/srv","deployments":${list}}`), `"data":${list}`)
  assert.equal(JSON.parse(`{${await splice.matching(`"data":${list}`, { status: 'running' })}}`).data.length, 2_500)
})

test('what keeps a large list from being whole comes with it', async (t) => {
  const splice = spliceOn(parserFor(t))
  const engine = { state: 'denied', detail: 'Permission denied' }
  const sent = `{"deployments":${deployments(5_000)},"engine":${JSON.stringify(engine)}}`
  const members = JSON.parse(`{${await splice.data('deployments', sent)}}`)
  assert.deepEqual(members.incomplete, [{ about: 'engine', ...engine }])
})

test('four megabytes of {} are too large, not ninety megabytes of objects', async (t) => {
  const splice = spliceOn(parserFor(t))
  const bomb = `[${'{},'.repeat(1_398_000)}{}]`
  await assert.rejects(splice.data('deployments', bomb), { class: 'too_large' })
  await assert.rejects(splice.data('deployments', `${'['.repeat(40_000)}${']'.repeat(40_000)}`), { class: 'bad_json' })
})

test('a job that takes too long ends, and the next one has a new thread', async (t) => {
  const parser = parserFor(t, { deadlineMs: 1 })
  const outcome = await parser.run({ kind: 'answer', of: 'deployments', text: deployments(60_000) })
  assert.deepEqual(outcome, { fault: 'could not be read in time' })
  assert.equal(
    (await spliceOn(parserFor(t)).data('deployments', deployments(3_000))).length,
    `"data":${deployments(3_000)}`.length
  )
})

test('a job that takes too much memory costs itself alone', async (t) => {
  const parser = parserFor(t, { memoryMb: 20 })
  const text = `[${'{"a":{"b":{"c":[1]}}},'.repeat(90_000)}{}]`
  assert.deepEqual(await parser.run({ kind: 'answer', of: 'deployments', text }), {
    fault: 'could not be read within its memory'
  })
  assert.ok('from' in (await parser.run({ kind: 'answer', of: 'stats', text: '{}' })))
})

test('of many large texts at once only so many wait', async (t) => {
  const text = deployments(3_000)
  const parser = parserFor(t, { maxWaitingBytes: text.length * 2 })
  const outcomes = await Promise.all([1, 2, 3].map(() => parser.run({ kind: 'answer', of: 'deployments', text })))
  assert.deepEqual(
    outcomes.map((outcome) => 'from' in outcome),
    [true, true, false]
  )
})

test('whoever waits when the parser closes is told', async (t) => {
  const parser = parserFor(t)
  const waiting = parser.run({ kind: 'answer', of: 'deployments', text: deployments(60_000) })
  parser.close()
  assert.deepEqual(await waiting, { fault: 'was not read to its end' })
  await assert.rejects(parser.run({ kind: 'answer', of: 'stats', text: '{}' }), /stopping/)
})

function composeIn(root: string, name: string, text: string) {
  mkdirSync(path.join(root, name))
  writeFileSync(path.join(root, name, 'compose.yml'), text)
}

const services = (count: number) =>
  `services:\n${Array.from({ length: count }, (_, at) => `  s${at}: {image: nginx}`).join('\n')}\n`

test('a folder is read on the thread as it is here, and what is wrong with it is told', async (t) => {
  const root = temporaryFolder(t)
  composeIn(root, 'large', services(2_000))
  composeIn(root, 'absurd', services(20_000).slice(0, 250_000))
  const readFolder = readFolderOn(parserFor(t))
  assert.equal((await readFolder(root, root, 'large'))?.services.length, 2_000)
  assert.match((await readFolder(root, root, 'absurd'))?.error ?? '', /has more in it than any real file/)
})

test('a compose file of thousands of services is listed, and the agent answers meanwhile', async (t) => {
  const root = temporaryFolder(t)
  composeIn(root, 'large', services(3_000))
  const node = await startNode(t, { config: { deployments_path: root } })
  const listed = node.call('GET', '/api/deployments')
  const { body: health } = await request(`${node.url}/api/health`)
  assert.equal(health.status, 'healthy')
  const { deployments: list } = (await listed).body
  assert.equal(list[0].services.length, 3_000)
})
