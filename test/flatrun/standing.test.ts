import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { test } from 'node:test'
import { rightsOf } from '../../src/flatrun/rights.ts'
import { standingBy } from '../../src/flatrun/standing.ts'
import { isFromHere } from '../../src/http/front/near.ts'

const says = (status: number, error = 'so') => ({ status, body: { error } })
const page = (status: number) => ({ status, body: undefined })

test('what two answers of FlatRun’s say of a key', () => {
  const table = [
    [says(401), undefined, 'nobody'],
    [says(400), undefined, 'write'],
    [says(404), undefined, 'write'],
    [says(403), undefined, 'ask'],
    [says(403), { status: 200, body: { enabled: false } }, 'read'],
    [says(403), says(403), 'nothing'],
    [says(403), says(401), 'nobody'],
    // A server that is no FlatRun answers 404 to everything, and vouches for nobody.
    [page(404), undefined, undefined],
    [page(401), undefined, undefined],
    [page(200), undefined, undefined],
    [says(500), undefined, undefined],
    [says(429), undefined, undefined],
    [says(403), says(500), undefined],
    [says(403), page(403), undefined]
  ] as const
  for (const [first, second, standing] of table)
    assert.equal(standingBy(first, second), standing, JSON.stringify([first, second]))
})

test('what grants are worth at FlatRun, to read and to write', () => {
  const all = [{ capability: 'deployments.read' }, { capability: 'deployments.run' }, { capability: 'capacity.read' }]
  assert.deepEqual(rightsOf(all, 'read'), {
    permissions: ['containers:read', 'deployments:read', 'system:read'],
    deployments: undefined
  })
  const some = [{ capability: 'deployments.read' }, { capability: 'deployments.run', deployments: ['b', 'a'] }]
  assert.equal(rightsOf(some, 'read')?.deployments, undefined)
  assert.deepEqual(rightsOf(some, 'write')?.deployments, ['a', 'b'])
  assert.equal(rightsOf([{ capability: 'deployments.read' }], 'write'), undefined)
  for (const mode of ['read', 'write'] as const) {
    assert.equal(rightsOf([{ capability: 'fleet.read' }, { capability: 'capacity.offer' }], mode), undefined)
    assert.equal(rightsOf([], mode), undefined)
  }
  // Without names a key reaches all deployments: one about servers alone has nothing to do with any.
  assert.deepEqual(rightsOf([{ capability: 'routing.manage' }], 'write'), {
    permissions: ['infrastructure:read', 'infrastructure:write'],
    deployments: undefined
  })
})

test('this machine is itself and its containers, and nobody beside it', () => {
  const info = (address: string, cidr: string, family: 'IPv4' | 'IPv6' = 'IPv4') =>
    ({ address, cidr, family, netmask: '', mac: '', internal: false }) as NetworkInterfaceInfo
  const interfaces = {
    eth0: [info('192.0.2.10', '192.0.2.10/24')],
    docker0: [info('172.17.0.1', '172.17.0.1/16')],
    'br-1a2b3c4d5e6f': [info('172.20.0.1', '172.20.0.1/16'), info('fd00::1', 'fd00::1/64', 'IPv6')]
  }
  const here = [
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '::ffff:127.0.0.1',
    '192.0.2.10',
    '172.17.0.9',
    '::ffff:172.20.3.4',
    'fd00::9'
  ]
  const elsewhere = ['192.0.2.11', '203.0.113.1', '172.18.0.1', 'fd01::1', '', undefined, 'no address']
  for (const address of here) assert.equal(isFromHere(address, interfaces), true, address)
  for (const address of elsewhere) assert.equal(isFromHere(address, interfaces), false, address)
})
