import assert from 'node:assert/strict'
import { test } from 'node:test'
import { introductionsOf, mesh } from '../cluster/introductions/world.ts'
import { join, startNode, until } from '../daemon.ts'
import { createCli } from './world.ts'

test('a whole cluster is joined by one invite, told before it is done', async (t) => {
  const [a, b, c] = await Promise.all(['web-1', 'web-2', 'web-3'].map((name) => startNode(t, { name })))
  assert.ok(a && b && c)
  const cli = createCli(t)
  for (const [node, others] of [
    [b, 0],
    [c, 1]
  ] as const) {
    const invite = await cli('invite --cluster', { node: a })
    assert.match(invite.err, /flatrun-cluster join --whole-cluster TOKEN/)
    const joined = await cli(`join --whole-cluster ${invite.out}`, { node })
    assert.equal(joined.code, 0, joined.err)
    assert.match(joined.err, new RegExp(`✓ cluster +web-1 tells its ${others} other peers of this server`))
  }
  await mesh([a, b, c])
  const explained = await cli('explain web-3', { node: b })
  const shown = /Fingerprint ([0-9a-f-]{39});/.exec(explained.out)?.[1]
  assert.match(explained.out, /Introduced by web-1\./)
  assert.match((await cli('status', { node: c })).out, new RegExp(`fingerprint ${shown}`))
})

test('what waits for a word is listed, accepted or refused by name', async (t) => {
  const [a, b, c] = await Promise.all(['web-1', 'web-2', 'web-3'].map((name) => startNode(t, { name })))
  assert.ok(a && b && c)
  const cli = createCli(t)
  for (const node of [b, c]) await join(a, node)
  await until(async () => (await cli('introduce', { node: a })).out === 'told of each other: web-2, web-3', 'telling')
  await until(
    async () => (await introductionsOf(b)).length === 1 && (await introductionsOf(c)).length === 1,
    'the offers'
  )

  const listed = await cli('introductions', { node: b })
  assert.match(listed.out, /^NAME +BY +STATE +.*\nweb-3 +web-1 +offered/)
  assert.match(listed.err, /introductions accept NAME/)
  assert.equal((await cli('introductions accept web-9', { node: b })).code, 5)
  assert.equal((await cli('introductions refuse web-2', { node: c })).out, 'refused web-2')
  assert.equal((await cli('introductions accept web-2', { node: c })).out, 'joining web-2', 'it may be wanted later')
  assert.equal((await cli('introductions accept web-3', { node: b })).out, 'joining web-3')
  await mesh([a, b, c])

  assert.match((await cli('introductions policy web-1', { node: b })).out, /as cluster.introductions/)
  assert.equal((await cli('introductions policy web-1 never', { node: b })).out, 'never')
  assert.equal((await cli('introductions policy web-1 perhaps', { node: b })).code, 2)
})
