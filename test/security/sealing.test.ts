import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BadToken, encodeInvite, readInvitation } from '../../src/security/invite-token.ts'
import { CannotUnseal, createSealingKey, openRequest, sealRequest } from '../../src/security/sealing.ts'

test('a request and its reply open at both ends of one exchange, and nowhere else', async () => {
  const [key, other] = await Promise.all([createSealingKey(), createSealingKey()])
  const { request, openReply } = await sealRequest(key.publicKey, 'hello', 'exchange')
  const { plain, sealReply } = await openRequest(key, request, 'exchange')

  assert.equal(plain, 'hello')
  assert.equal(openReply(sealReply('welcome')), 'welcome')
  await assert.rejects(openRequest(other, request, 'exchange'), CannotUnseal)
  await assert.rejects(openRequest(key, request, 'another purpose'), CannotUnseal)

  const second = await sealRequest(key.publicKey, 'hello', 'exchange')
  assert.throws(() => second.openReply(sealReply('welcome')), CannotUnseal)
})

test('any text survives sealing, and no flipped byte does', async () => {
  const key = await createSealingKey()
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.nat(), async (text, at) => {
      const { request } = await sealRequest(key.publicKey, text, 'exchange')
      const opened = await openRequest(key, request, 'exchange')
      assert.equal(opened.plain, Buffer.from(text).toString())

      const bytes = Buffer.from(request.ct, 'base64url')
      const position = at % bytes.length
      bytes[position] = (bytes[position] ?? 0) ^ 1
      await assert.rejects(openRequest(key, { ...request, ct: bytes.toString('base64url') }, 'exchange'), CannotUnseal)
    }),
    { numRuns: 50 }
  )
})

const content = { urls: ['http://10.0.0.1:8090'], name: 'node-1', exp: 1_900_000_000, key: 'k'.repeat(43) }

test('an invite says what it holds, but not its secret', () => {
  const token = encodeInvite(content)

  assert.deepEqual(readInvitation(token), { kind: 'sealed', token, ...content })
  assert.notEqual(token, encodeInvite(content))
})

test('no cut or changed token is read, and no text crashes the reader', () => {
  const token = encodeInvite(content)
  for (let length = 'frc1.'.length; length < token.length; length++)
    assert.throws(() => readInvitation(token.slice(0, length)), BadToken)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string().map((text) => `frc1.${text}`),
        fc.base64String().map((text) => `frc1.${text}.${text}`)
      ),
      (text) => {
        assert.throws(() => readInvitation(text), BadToken)
      }
    )
  )
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '9', '_'), (at, char) => {
      const changed = token.slice(0, at) + char + token.slice(at + 1)
      if (changed !== token && changed.startsWith('frc1.')) assert.throws(() => readInvitation(changed), BadToken)
    })
  )
})

test('what mail and terminals put into a token is no part of it, of ours and of plain FlatRun’s', () => {
  for (const token of [encodeInvite(content), `${'A'.repeat(43)}=`]) {
    const bare = readInvitation(token)
    const folded = token.replace(/(.{20})/g, '$1\r\n  ')
    for (const pasted of [`\ufeff${token}`, ` ${token}\n`, folded, `${token}\u200b`, `\t${folded}\u00a0`])
      assert.deepEqual(readInvitation(pasted), bare)
  }
  for (const nothing of ['', ' \n', '\ufeff']) assert.throws(() => readInvitation(nothing), BadToken)
})
