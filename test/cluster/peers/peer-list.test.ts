import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeerList } from '../../../src/cluster/peers/peer-list.ts'
import { viewOf } from '../../../src/cluster/peers/peer-view.ts'
import type { PeerHealth } from '../../../src/schemas/health.ts'
import type { Member } from '../../../src/schemas/peer.ts'

function list(...names: string[]) {
  const members = new Map(names.map((name) => [name, memberOf(name)]))
  const health = new Map(names.map((name) => [name, healthOf(name)]))
  const asked = createPeerList({
    members: { all: () => [...members.values()] },
    cluster: { peer: (id) => health.get(id) }
  })
  return { members, health, list: asked, peers: () => JSON.parse(asked().toString()).peers }
}

test('the list is what every view of a peer says, sorted by name', () => {
  const { peers, members, health } = list('b', 'a')
  const expected = ['a', 'b'].map((name) => viewOf(members.get(name) as Member, health.get(name)))
  assert.deepEqual(peers(), JSON.parse(JSON.stringify(expected)))
})

test('nothing changed: the same bytes', () => {
  const { list: ask } = list('a', 'b')
  assert.equal(ask(), ask())
})

test('a peer whose state or record changed is shown as it is', () => {
  const { peers, members, health } = list('a', 'b')
  peers()
  health.set('a', { ...healthOf('a'), verdict: 'offline' })
  assert.deepEqual(
    peers().map(({ state }: { state: string }) => state),
    ['offline', 'online']
  )
  members.set('b', { ...memberOf('b'), transport: 'signed' })
  assert.equal(peers()[1].transport, 'signed')
})

test('a peer that came is listed, and one that left is not', () => {
  const { peers, members } = list('b')
  peers()
  members.set('a', memberOf('a'))
  assert.deepEqual(
    peers().map(({ name }: { name: string }) => name),
    ['a', 'b']
  )
  members.delete('b')
  assert.deepEqual(
    peers().map(({ name }: { name: string }) => name),
    ['a']
  )
  members.clear()
  assert.deepEqual(peers(), [])
})

const memberOf = (name: string): Member => ({
  id: name,
  number: 1,
  name,
  url: `http://${name}`,
  state: 'active',
  joinedAt: '2026-01-01T00:00:00Z',
  credential: { sealed: 'never shown', since: '2026-01-01T00:00:00Z' },
  keyDigest: { current: 'never shown' },
  grants: [],
  features: [],
  transport: 'insecure',
  pins: []
})

const healthOf = (name: string): PeerHealth => ({
  id: name,
  name,
  url: `http://${name}`,
  verdict: 'online',
  since: 0,
  failures: 0,
  flapping: false,
  restarts: 0,
  features: [],
  evidence: []
})
