import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CannotOpen, createVault } from '../../src/security/vault.ts'

const salt = 'salt'

test('what was sealed opens for the same record only', () => {
  const vault = createVault({ secrets: ['one'], salt })
  const sealed = vault.seal('key', 'members|a|credential')

  assert.equal(vault.open(sealed, 'members|a|credential'), 'key')
  assert.throws(() => vault.open(sealed, 'members|b|credential'), CannotOpen)
})

test('no changed byte and no cut tag ever opens', () => {
  const vault = createVault({ secrets: ['one'], salt })
  const sealed = vault.seal('a peer key', 'x')

  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
    // The last character of a base64url part may carry unused bits: such a text decodes to the same bytes.
    if (sameBytes(sealed, changed)) continue
    assert.throws(() => vault.open(changed, 'x'), CannotOpen, `byte ${at}`)
  }
  const parts = sealed.split(':')
  const shortTag = Buffer.from(parts[4]!, 'base64url').subarray(0, 4).toString('base64url')
  assert.throws(() => vault.open([...parts.slice(0, 4), shortTag].join(':'), 'x'), CannotOpen)
})

test('the first secret seals, all open, another one opens nothing', () => {
  const old = createVault({ secrets: ['old'], salt })
  const both = createVault({ secrets: ['new', 'old'], salt })
  const sealed = old.seal('key', 'x')

  assert.equal(both.open(sealed, 'x'), 'key')
  assert.equal(both.isCurrent(sealed), false)
  assert.equal(both.isCurrent(both.seal('key', 'x')), true)
  assert.throws(() => createVault({ secrets: ['new'], salt }).open(sealed, 'x'), /not configured/)
})

function sameBytes(a: string, b: string): boolean {
  const decode = (text: string) =>
    text
      .split(':')
      .map((part, at) => (at < 2 ? part : Buffer.from(part, 'base64url').toString('hex')))
      .join(':')
  return a.split(':').length === b.split(':').length && decode(a) === decode(b)
}
