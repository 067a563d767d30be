import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode, until } from '../daemon.ts'
import { createCli } from './world.ts'

test('the events of all servers are one table, with days, servers and who did it', async (t) => {
  const [a, b] = await Promise.all([startNode(t, { name: 'web-1' }), startNode(t, { name: 'web-2' })])
  await join(a, b)
  await Promise.all([sees(a, 'web-2', 'online'), sees(b, 'web-1', 'online')])
  const cli = createCli(t, { node: a })
  await cli('restart shop --on web-2')
  const out = await until(async () => {
    const { out, code } = await cli('events --all --since 1h')
    assert.equal(code, 0)
    return /also seen by web-1/.test(out) && /deployment\.action/.test(out) && out
  }, 'the join and the restart')
  const [head, day, ...lines] = out.split('\n')
  assert.match(head ?? '', /^TIME +SERVER +WHAT +ABOUT +BY +HOW$/)
  assert.match(day ?? '', /^\w{3}, \d+ \w{3} \d{4}, [+-]\d\d:\d\d$/)
  const joined = lines.filter((line) => line.includes('peer.joined'))
  assert.equal(joined.length, 1)
  assert.match(
    joined[0] ?? '',
    /^\d\d:\d\d:\d\d +web-2 +peer\.joined +web-1 +operator key-1 +web-2 accepted its invite/
  )
  assert.match(out, /web-2 +deployment\.action +shop +operator key-1 on web-1 +restart · refused/)

  const shop = (await cli('events --all --deployment shop --json')).out.split('\n').map((line) => JSON.parse(line))
  assert.deepEqual(
    shop.map(({ type, server }) => [type, server]),
    [['deployment.action', 'web-2']]
  )
  assert.doesNotMatch((await cli('events --on web-1')).out, /deployment\.action/)
  assert.equal((await cli('events --all --to 2020-01-01')).out, 'None')
  assert.doesNotMatch((await cli('events --to 2020-01-01')).out, /\S/)
  const newest = await cli('events --all --limit 1')
  assert.match(newest.err, /older ones are left out/)
})

test('who does not tell its past is said, and the command ends with 6', async (t) => {
  const [a, b] = await Promise.all([startNode(t, { name: 'web-1' }), startNode(t, { name: 'web-2' })])
  await join(a, b)
  await sees(a, 'web-2', 'online')
  await b.call('PUT', '/api/cluster/peers/web-1/policy', { grants: [] })
  const { code, out, err } = await createCli(t, { node: a })('events --all')
  assert.equal(code, 6)
  assert.match(out, /web-1 +node\.started/)
  assert.match(err, /web-2 gave no answer: its policy/)
})

test('what cannot be is refused with 2', async (t) => {
  const cli = createCli(t, { node: await startNode(t) })
  for (const words of [
    '--all --follow',
    '--all --since yesterday',
    '--all --limit many',
    '--all --after 3',
    '--to 25h'
  ])
    assert.equal((await cli(`events ${words}`)).code, words === '--to 25h' ? 0 : 2, words)
})
