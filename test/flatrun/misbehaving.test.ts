import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeptKey } from '../../src/flatrun/kept-keys.ts'
import { createKeys } from '../../src/flatrun/keys.ts'
import { createUsers } from '../../src/flatrun/users.ts'
import type { Grant } from '../../src/schemas/grant.ts'
import { digest } from '../../src/security/tokens.ts'

test('strangers with made-up keys push out nobody that FlatRun knows', async () => {
  const users = createUsers({
    vouches: () => true,
    ask: async ({ token, path }) =>
      token === 'real'
        ? { status: path === '/api/users/me' ? 200 : 400, body: { error: 'no such peer', user: { username: 'ann' } } }
        : { status: 401, body: { error: 'Invalid token' } }
  })
  await users.identify('real')
  for (let one = 0; one < 6_000; one++) await users.identify(`made-up-${one}`)
  assert.deepEqual(users.known(digest('real')), { standing: 'write', name: 'ann' })
})

/** Keys of two peers at a FlatRun that may refuse to revoke some. */
function createWorld() {
  const records = new Map<string, KeptKey>()
  const grants = new Map<string, Grant[]>(['a', 'b'].map((id) => [id, [{ capability: 'deployments.read' }]]))
  const alive = new Map<number, string>()
  const refusing = new Set<number>()
  const faults: unknown[] = []
  const maker = {
    make: async () => {
      const id = alive.size + 1
      alive.set(id, `key-${id}`)
      return { id, key: `key-${id}` }
    },
    revoke: async (id: number) => {
      if (refusing.has(id)) throw new Error('it answered 500 to a removal')
      alive.delete(id)
    },
    made: async () => [...alive.keys()]
  }
  const table = {
    all: () => [...records.values()],
    get: (id: string) => records.get(id),
    put: async (one: KeptKey) => void records.set(one.id, one),
    putAll: async () => {},
    delete: async (id: string) => records.delete(id),
    deleteAll: async () => {}
  }
  const vault = { seal: (text: string) => text, open: (text: string) => text }
  const keys = createKeys({
    ...{ maker, vault, records: table },
    grantsOf: (id) => grants.get(id),
    onFault: (fault) => faults.push(fault)
  })
  return { keys, grants, alive, refusing, faults }
}

const holder = (id: string) => ({ id, name: id })

test('a key that cannot be revoked keeps no other one alive', async () => {
  const { keys, grants, alive, refusing, faults } = createWorld()
  await keys.keyOf(holder('a'), 'read')
  await keys.keyOf(holder('b'), 'read')
  grants.clear()
  refusing.add(1)
  await keys.tidy()
  assert.deepEqual([...alive.keys()], [1])
  assert.equal(faults.length, 1)
  refusing.clear()
  await keys.tidy()
  assert.equal(alive.size, 0, 'it is tried again')
})

test('a late word on a key that is replaced already costs the new one nothing, and none is left alive', async () => {
  const { keys, alive } = createWorld()
  const old = await keys.keyOf(holder('a'), 'read')
  await keys.refused(holder('a'), 'read', old)
  const fresh = await keys.keyOf(holder('a'), 'read')
  await keys.refused(holder('a'), 'read', old)
  assert.equal(await keys.keyOf(holder('a'), 'read'), fresh)
  assert.deepEqual([...alive.values()], [fresh])
})
