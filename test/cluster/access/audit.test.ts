import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createAudit } from '../../../src/cluster/access/audit.ts'
import { AuditEntry } from '../../../src/schemas/audit.ts'
import { openStore } from '../../../src/store/store.ts'
import { join, request, startNode, temporaryFolder } from '../../daemon.ts'

const DONE = { who: 'operator admin', what: 'DELETE /api/cluster/peers/:name', result: 200 }

async function world(t: TestContext) {
  const store = await openStore({ folder: temporaryFolder(t), secrets: ['a-secret-of-thirty-two-characters!'] })
  t.after(store.close)
  const records = await store.table('audit', AuditEntry)
  const failing = { now: false }
  const audit = createAudit({
    records: {
      ...records,
      putAll: async (batch) => {
        if (failing.now) throw new Error('the disk is full')
        return records.putAll(batch)
      }
    },
    onFault: () => {}
  })
  t.after(audit.close)
  return { audit, records, failing }
}

test('those who are refused again and again do not push out what was done', async (t) => {
  const { audit, records } = await world(t)
  audit.record(DONE)
  for (let at = 0; at < 6_000; at++)
    audit.record({ who: 'nobody', what: 'GET /', from: `2001:db8::${at}`, result: 401 })
  await audit.close()

  assert.equal(records.all().filter(({ result }) => result === 401).length, 1_000)
  audit.record(DONE)
  await audit.close()
  assert.equal(records.all().filter(({ result }) => result === 200).length, 2)
})

test('what could not be written is written later', async (t) => {
  const { audit, records, failing } = await world(t)
  failing.now = true
  audit.record(DONE)
  await audit.close()
  assert.deepEqual(records.all(), [])
  failing.now = false
  await audit.close()

  assert.deepEqual(
    records.all().map(({ what }) => what),
    [DONE.what]
  )
})

test('names that a stranger makes up are one line of the audit', async (t) => {
  const node = await startNode(t)
  for (let at = 0; at < 20; at++)
    assert.equal((await request(`${node.url}/api/cluster/peers/made-up-${at}`)).status, 401)

  const { entries } = (await node.call('GET', '/api/audit')).body
  const [entry] = entries
  assert.equal(entries.length, 1)
  assert.deepEqual([entry.what, entry.times, entry.target], ['GET /api/cluster/peers/:name', 20, undefined])
})

test('a peer cannot push out what others did, by what it does again and again or by made-up names', async (t) => {
  const { audit, records } = await world(t)
  const joined = { who: 'nobody', what: 'POST /api/cluster/exchange', result: 200 }
  const restart = { what: 'POST /api/deployments/:name/restart', who: 'peer bad' }
  audit.record(DONE)
  audit.record(joined)
  audit.record({ ...restart, who: 'peer good', target: 'shop', result: 200 })
  for (let at = 0; at < 6_000; at++) {
    audit.record({ who: 'peer bad', what: 'POST /api/cluster/confirm', from: `10.0.0.${at % 250}`, result: 200 })
    audit.record({ ...restart, target: `made-up-${at}`, result: 403 })
    audit.record({ ...restart, who: 'peer worse', target: `real-${at}`, result: 202 })
  }
  await audit.close()

  const kept = records.all()
  const of = (who: string, what = '') => kept.filter((entry) => entry.who === who && entry.what.includes(what))
  assert.deepEqual([of('operator admin').length, of('nobody').length, of('peer good').length], [1, 1, 1])
  assert.deepEqual(
    kept.filter(({ who, result }) => who === 'peer bad' && result === 403).map(({ times, target }) => [times, target]),
    [[6_000, undefined]]
  )
  assert.deepEqual([of('peer bad').length, of('peer worse').length], [2, 200])
})

test('the audit says what a change was made to, also where the path does not name it', async (t) => {
  const inviter = await startNode(t, { name: 'inviter' })
  const node = await startNode(t, { name: 'web-1' })
  await join(inviter, node)
  await inviter.call('POST', '/api/cluster/invite', { expected_name: 'web-7' })
  for (const [path, body] of [
    ['rollouts', { deployment: 'shop', servers: ['web-1', 'web-9'] }],
    ['deployments/shop/restart?servers=web-1', undefined],
    ['introduce', { names: ['inviter'] }]
  ] as const)
    await node.call('POST', `/api/cluster/${path}`, body)
  await node.call('POST', '/api/alerts/silences', { server: 'inviter', for: '1h' })
  await node.call('POST', '/api/alerts/test?target=pager')

  const targets = async (from: typeof node) =>
    Object.fromEntries(
      (await from.call('GET', '/api/audit')).body.entries
        .toReversed()
        .map(({ what, target }: AuditEntry) => [what, target])
    )
  assert.equal((await targets(inviter))['POST /api/cluster/invite'], 'web-7')
  const told = await targets(node)
  assert.equal(told['POST /api/cluster/accept'], 'inviter')
  assert.equal(told['POST /api/cluster/rollouts'], 'shop web-1 web-9')
  assert.equal(told['POST /api/cluster/deployments/:name/restart'], 'shop web-1')
  assert.equal(told['POST /api/cluster/introduce'], 'inviter')
  assert.equal(told['POST /api/alerts/silences'], 'inviter')
  assert.equal(told['POST /api/alerts/test'], 'pager')
})
