import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { createSuite } from '../../src/security/hpke/suite.ts'

const library = () => new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_AES_256_GCM)
const info = Buffer.from('a test')
const associated = Buffer.from('what it is for')
const shared = { psk: new Uint8Array(32).fill(7), pskId: new Uint8Array(64).fill(3) }

/** Seals with one suite and opens with the other, whose key pair it is. */
async function fromTo(sender: CipherSuite, receiver: CipherSuite, more: typeof shared | object) {
  const pair = await receiver.GenerateKeyPair(true)
  const bytes = {
    publicKey: await receiver.SerializePublicKey(pair.publicKey),
    privateKey: await receiver.SerializePrivateKey(pair.privateKey)
  }
  const to = await sender.DeserializePublicKey(bytes.publicKey)
  const sent = await sender.SetupSender(to, { info, ...more })
  const sealed = await sent.ctx.Seal(Buffer.from('nothing that anybody reads'), associated)
  const own = {
    publicKey: await receiver.DeserializePublicKey(bytes.publicKey),
    privateKey: await receiver.DeserializePrivateKey(bytes.privateKey)
  }
  const got = await receiver.SetupRecipient(own, sent.encapsulatedSecret, { info, ...more })
  const opened = Buffer.from(await got.Open(sealed, associated)).toString()
  const exported = await Promise.all([sent.ctx.Export(info, 100), got.Export(info, 100)])
  return { opened, alike: Buffer.from(exported[0]).equals(Buffer.from(exported[1])) }
}

test('what this suite seals the library opens, and the other way round, in both modes', async () => {
  for (const more of [{}, shared])
    for (const [sender, receiver] of [
      [createSuite, library],
      [library, createSuite],
      [createSuite, createSuite]
    ] as const)
      assert.deepEqual(await fromTo(sender(), receiver(), more), { opened: 'nothing that anybody reads', alike: true })
})

test('the public half that is not given is found from the private one', async () => {
  const suite = createSuite()
  const pair = await suite.GenerateKeyPair(true)
  const { encapsulatedSecret, ctx } = await suite.SetupSender(pair.publicKey, { info })
  const sealed = await ctx.Seal(Buffer.from('x'), associated)
  const got = await suite.SetupRecipient(pair.privateKey, encapsulatedSecret, { info })
  assert.equal(Buffer.from(await got.Open(sealed, associated)).toString(), 'x')
})
