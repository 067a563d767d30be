import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { CAPABILITIES, type Grant } from '../../src/schemas/grant.ts'
import { sees, startNode, type TestNode, temporaryFolder } from '../daemon.ts'
import { deployment, type FakePeer, startFakePeer } from '../fake-peer.ts'

/**
 * What part of what this server knows each peer's key is shown, by every route that a peer's key reaches and in every
 * form that it answers in, compared with the checked-in table. `UPDATE=1` writes what was found, to be read in the diff.
 */
const TABLE = path.join(import.meta.dirname, 'answered-part.json')

const run = (...deployments: string[]): Grant => ({ capability: 'deployments.run', deployments })
const GRANTS: Record<string, Grant[]> = {
  ...Object.fromEntries([...CAPABILITIES].map((capability) => [capability, [{ capability }]])),
  'fleet.read and deployments.run': [{ capability: 'fleet.read' }, { capability: 'deployments.run' }],
  'fleet.read and deployments.run of mine': [{ capability: 'fleet.read' }, run('app-mine')],
  'narrowed to mine': [{ capability: 'fleet.read' }, { capability: 'deployments.run' }],
  'narrowed to what it has not': [{ capability: 'fleet.read' }, run('app-other')]
}
const FORMS = ['application/json', 'application/x-ndjson', 'text/event-stream']
/** Row by row: what is shown, and the callers to whom it is. */
type Table = Record<string, Record<string, string>>

test('a peer is shown this server alone, and of it what its grants cover', async (t) => {
  const { node, asking, third } = await world(t)
  const marks: Record<string, string | RegExp> = {
    mine: 'app-mine',
    other: 'app-other',
    machine: /"(load_avg|cpu)":/,
    counts: /"total_deployments":2/,
    // A name that the caller said is no news to it.
    'third server': /"third"(?!.*no server of this name is a member)/,
    'its address': new URL(third.url).host,
    'its deployments': 'app-of-third'
  }
  const found: Table = {}
  for (const [caller, grants] of Object.entries(GRANTS)) {
    await node.call('PUT', '/api/cluster/peers/asking/policy', { grants })
    for (const { method, url, access } of node.daemon.app.accessTable) {
      if (method !== 'GET' || !/^\/(api\/|metrics)/.test(url) || !isForPeers(access)) continue
      for (const form of FORMS) {
        for (const where of placesOf(url)) {
          const headers = caller.startsWith('narrowed') ? { 'x-flatrun-deployment': 'app-mine' } : {}
          const answer = await asking.call('ours', where, { headers: { accept: form, ...headers } })
          const text = await answer.text()
          const shown = Object.keys(marks).filter((mark) => matches(text, marks[mark] ?? ''))
          const row = `GET ${where}${form === FORMS[0] ? '' : ` as ${form}`}`
          const words = answer.status === 200 ? shown.join(', ') || 'nothing of these' : String(answer.status)
          found[row] ??= {}
          const others = found[row][words]
          found[row][words] = others === undefined ? caller : `${others}; ${caller}`
        }
      }
    }
  }
  for (const row of Object.keys(found)) if (isRepeated(row, found)) delete found[row]
  if (process.env.UPDATE) writeFileSync(TABLE, `${JSON.stringify(found, null, 2)}\n`)
  assert.deepEqual(found, JSON.parse(readFileSync(TABLE, 'utf8')), 'see the comment at the top of this test')

  for (const [row, parts] of Object.entries(found)) {
    for (const [shown, callers] of Object.entries(parts)) {
      assert.doesNotMatch(shown, /third server|its /, `${row} shows a third server to ${callers}`)
      if (/other|counts/.test(shown)) assert.doesNotMatch(callers, /narrowed/, row)
    }
  }
})

/** A server with two deployments, a third one with one, and the peer that asks. */
async function world(t: TestContext) {
  const folder = temporaryFolder(t)
  for (const name of ['app-mine', 'app-other']) {
    mkdirSync(path.join(folder, name))
    writeFileSync(path.join(folder, name, 'compose.yml'), 'services:\n  web:\n    image: nginx\n')
  }
  const node = await startNode(t, { name: 'ours', folder })
  const third = await startFakePeer({ name: 'third', auth: 'keys' })
  const asking = await startFakePeer({ name: 'asking', auth: 'keys' })
  third.deployments = [deployment('app-of-third')]
  for (const peer of [third, asking]) {
    t.after(peer.close)
    await joined(node, peer)
  }
  // What an operator was given is remembered, and no peer may find it there.
  for (const kind of ['deployments', 'stats']) await node.call('GET', `/api/cluster/${kind}`)
  return { node, third, asking }
}

async function joined(node: TestNode, peer: FakePeer) {
  await node.call('POST', '/api/cluster/accept', { invite_token: peer.invite(), peer_url: peer.url })
  await sees(node, peer.name, 'online')
}

const isForPeers = (access: unknown) =>
  access === 'public' || (typeof access === 'object' && access !== null && 'peers' in access)

function placesOf(url: string): string[] {
  if (url === '/api/openapi.json') return []
  const names = url.startsWith('/api/cluster/peers') ? ['third', 'asking'] : ['app-mine', 'app-other']
  const places = url.includes(':name') ? names.map((name) => url.replace(':name', name)) : [url]
  const asked = places.map((place) => place.replace(/:\w+/g, 'active'))
  return url.startsWith('/api/cluster/')
    ? asked.flatMap((place) => [place, `${place}?servers=third&stale=true`])
    : asked
}

const matches = (text: string, mark: string | RegExp) =>
  typeof mark === 'string' ? text.includes(mark) : mark.test(text)

/** Another form, or a query that means nothing here, that shows what the plain request shows. */
function isRepeated(row: string, found: Table): boolean {
  const plain = row.replace(/ as .*/, '').replace(/\?.*/, '')
  return row !== plain && JSON.stringify(found[row]) === JSON.stringify(found[plain])
}
