import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neverArrived, stepFailure } from '../../../src/cluster/joining/step-failure.ts'
import { BadPeerAnswer, ContactFailed, ExchangeRejected } from '../../../src/errors/joining.ts'
import { StoreFailed } from '../../../src/errors/requests.ts'
import { RemoteFailure } from '../../../src/remote/failure.ts'

const refusedWith = (status: number) =>
  new ExchangeRejected('no', { cause: new RemoteFailure('http', 'it refused', { status }) })
const contactFailed = (why: RemoteFailure['class']) => new ContactFailed('no', { cause: new RemoteFailure(why, 'no') })

const TABLE: readonly [what: string, error: unknown, outcome: string, arrived: boolean][] = [
  ['its own disk was full', new StoreFailed(), 'unstored', true],
  ['the answer was changed on the way', new BadPeerAnswer('changed'), 'unknown', true],
  ['its name was not found', contactFailed('dns'), 'unreached', false],
  ['nobody listened', contactFailed('refused'), 'unreached', false],
  ['its certificate was another one', contactFailed('tls'), 'unreached', false],
  ['the connection broke', contactFailed('reset'), 'unknown', true],
  ['the answer did not come in time', contactFailed('timeout'), 'unknown', true],
  ['it refused', refusedWith(409), 'refused', true],
  ['it failed', refusedWith(502), 'unknown', true],
  ['nothing of the network', new Error('a defect'), 'refused', true],
  ['no error at all', 'a word', 'refused', true]
]

for (const [what, error, outcome, arrived] of TABLE)
  test(`a step that failed because ${what} is ${outcome}`, () => {
    assert.equal(stepFailure(error).outcome, outcome)
    assert.equal(neverArrived(error), !arrived)
  })
