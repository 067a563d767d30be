import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dutyOf, isDueForRotation, neverConfirmed } from '../../../src/cluster/membership/lifetimes.ts'
import type { Departure } from '../../../src/schemas/joining/records.ts'
import type { Member } from '../../../src/schemas/peer.ts'
import { createVault } from '../../../src/security/vault.ts'
import { member, SECRET } from '../../store/sample.ts'

const START = Date.parse('2026-01-01T00:00:00.000Z')
const HOUR = 3_600_000
const vault = createVault({ secrets: [SECRET], salt: 'salt' })
const notice: Departure['notice'] = { url: 'http://node-b:8090', transport: 'signed', pins: [], credential: 'sealed' }

for (const [hours, told, expected] of [
  [0, false, 'tell'],
  [24, false, 'tell'],
  [25, false, 'stop telling'],
  [25, true, 'nothing'],
  [0, true, 'nothing'],
  [90 * 24, true, 'nothing']
] as const) {
  test(`${hours} h after a removal, ${told ? 'told' : 'not told yet'}: ${expected}`, () => {
    const departure: Departure = {
      id: 'b',
      name: 'node-b',
      removedAt: new Date(START).toISOString(),
      removedBy: 'admin',
      ...(!told && { notice })
    }
    assert.equal(dutyOf(departure, START + hours * HOUR), expected)
  })
}

for (const [state, awaitsApproval, minutes, expected] of [
  ['pending', undefined, 59, false],
  ['pending', undefined, 60, true],
  ['pending', true, 600, false],
  ['active', undefined, 600, false],
  ['removed', undefined, 600, false]
] as const) {
  test(`a member that is ${state}${awaitsApproval ? ', to be approved,' : ''} after ${minutes} min is ${expected ? 'forgotten' : 'kept'}`, () => {
    const joined: Member = { ...member('b', vault), state, ...(awaitsApproval && { awaitsApproval }) }
    const since = Date.parse(joined.credential.since)
    assert.equal(neverConfirmed(joined, since + minutes * 60_000), expected)
  })
}

for (const [id, can, hours, expected] of [
  ['0000', true, 50, false],
  ['0000', true, 51, true],
  ['ffff', true, 80, false],
  ['ffff', true, 81, true],
  ['0000', false, 99, false]
] as const) {
  test(`a key of 100 h at ${id} that ${can ? 'can' : 'cannot'} rotate is ${expected ? '' : 'not '}due after ${hours} h`, () => {
    const known = { ...member(id, vault), features: can ? ['rotate'] : [] }
    const since = Date.parse(known.credential.since)
    assert.equal(isDueForRotation(known, 100 * HOUR, since + hours * HOUR), expected)
  })
}
