import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyKind, SECRET } from '../alerts/every-kind.ts'
import { startNode, until } from '../daemon.ts'

/** Wherever something of a target might be read. */
const EVERYWHERE = [
  ...['/api/alerts', '/api/cluster/config', '/api/audit', '/api/cluster/machines', '/metrics'],
  ...['/api/cluster/events?follow=false', '/api/cluster/timeline', '/api/cluster/status']
]

test('a target of every kind is made by the API, keeps its secrets when it is sent back without them, and shows none', async (t) => {
  const { kinds, took } = await everyKind(t)
  const lines: string[] = []
  const logTo = { write: (line: string) => void lines.push(line) }
  const node = await startNode(t, { name: 'web-1', logTo })
  const targets = kinds.map(([type, values]) => ({ ...values, type, name: `my ${type}` }))
  const made = await node.call('PUT', '/api/alerts', { targets })
  assert.equal(made.status, 200, made.text)
  assert.equal(made.body.targets.length, kinds.length)

  // What was read is sent back, and nothing is lost by it.
  const again = await node.call('PUT', '/api/alerts', made.body.settings)
  assert.deepEqual(again.body.targets, made.body.targets)
  const tried = await node.call('POST', '/api/alerts/test')
  assert.deepEqual(
    tried.body.targets,
    kinds.map(([type]) => ({ target: `my ${type}`, ok: true }))
  )
  assert.deepEqual(took(), kinds.map(([type]) => type).toSorted())

  const bad = await node.call('PUT', '/api/alerts', {
    targets: targets.map((target) => ({ ...target, nobody: `${SECRET}-odd` }))
  })
  assert.equal(bad.status, 400)
  const seen = await Promise.all(EVERYWHERE.map((path) => node.call('GET', path)))
  const everything = [made, again, tried, bad, ...seen].map(({ text }) => text).concat(lines)
  for (const text of everything) assert.doesNotMatch(text, new RegExp(SECRET))
})

test('a receiver that refuses in words that hold its own token is told without it', async (t) => {
  const node = await startNode(t, { name: 'web-1' })
  const target = { type: 'gotify', name: 'phone', url: node.url, token: `${SECRET}-token` }
  await node.call('PUT', '/api/alerts', { targets: [target] })
  const tried = await node.call('POST', '/api/alerts/test')
  assert.equal(tried.body.targets[0].ok, false)
  assert.match(tried.body.targets[0].error, /^It answered with status 4\d\d/)
  const events = await until(async () => {
    const { text } = await node.call('GET', '/api/cluster/events?follow=false')
    return /alert\.failed/.test(text) && text
  }, 'the event')
  assert.doesNotMatch(tried.text + events, new RegExp(SECRET))
})
