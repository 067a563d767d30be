import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLargeAnswers } from '../../src/remote/answers/large-answers.ts'
import { world } from './world.ts'

const ask = (path: string) => ({ path, deadlineMs: 60_000, maxBytes: 4 << 20 })

test('of answers that are too large together the largest is given up, and the others stay', () => {
  const large = createLargeAnswers({ mostBytes: 400_000 })
  const given: string[] = []
  const [hoarder, honest, late] = ['hoarder', 'honest', 'late'].map((name) => ({ giveUp: () => given.push(name) }))
  assert.ok(hoarder && honest && late)
  large.hold(honest, 100_000)
  large.hold(hoarder, 100_000)
  large.hold(hoarder, 300_000)
  assert.deepEqual(given, [])
  large.hold(late, 70_000)
  assert.deepEqual(given, ['hoarder'])
  large.hold(honest, 300_000)
  large.release(honest)
  large.hold(late, 400_000)
  assert.deepEqual(given, ['hoarder'])
})

test('an answer for which there is no room fails, and the next one has it again', async (t) => {
  const { peer, remote, target } = await world(t, { mostBytes: 100_000 })
  for (const size of [120_000, 90_000])
    peer.on(`/api/${size}`, (_request, response) => response.end(Buffer.alloc(size, 'a')))
  for (let turn = 0; turn < 2; turn++) {
    await assert.rejects(remote.request(target, ask('/api/120000')), { class: 'too_large' })
    assert.equal((await remote.request(target, ask('/api/90000'))).text.length, 90_000)
  }
})

test('a large answer is the same whether its length is known or not, and so is one that says too little', async (t) => {
  const { peer, remote, target } = await world(t)
  const body = Buffer.from('ä€{"a":1}'.repeat(30_000))
  const half = Math.floor(body.length / 2) + 1
  for (const [path, headers] of [
    ['/api/known', { 'content-length': body.length }],
    ['/api/unknown', {}]
  ] as const) {
    peer.on(path, (_request, response) => {
      response.writeHead(200, headers).write(body.subarray(0, half))
      response.end(body.subarray(half))
    })
    assert.equal((await remote.request(target, ask(path))).text, body.toString())
  }
})

test('of large answers that end at once one is read in each turn of the loop', async () => {
  const large = createLargeAnswers()
  let read = 0
  const all = Promise.all(
    Array.from({ length: 6 }, () => large.textOf(Buffer.alloc(100_000, 'a')).then(() => (read += 1)))
  )
  for (let before = 0; read < 6; before = read) {
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(read - before <= 1, `${read - before} in one turn`)
  }
  await all
})
