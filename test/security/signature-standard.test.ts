import assert from 'node:assert/strict'
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { httpbis, createSigner as signerOf, createVerifier as verifierOf } from 'http-message-signatures'
import { signAnswer, verifyAnswer } from '../../src/security/answer-signatures.ts'
import { createSigner, signingKey, verifySignature } from '../../src/security/signatures.ts'

/** Our signatures against another implementation of RFC 9421, in both directions. */
const KEY = 'k'.repeat(44)
const PATH = '/api/deployments/caf%C3%A9?tail=5&q=%40'
const BODY_DIGEST = Buffer.alloc(32, 7).toString('base64')
const START = 'AAAAAAAAAAAA'
const ANSWER_KEY = createSecretKey(
  Buffer.from(hkdfSync('sha256', signingKey(KEY), '', 'flatrun-cluster answer signature v1', 32))
)

const by = (key: KeyObject) => ({
  keyLookup: async () => ({ verify: verifierOf(key, 'hmac-sha256') }),
  all: true,
  tolerance: 60
})

for (const bodyDigest of [BODY_DIGEST, undefined]) {
  test(`another implementation accepts a request of ours ${bodyDigest ? 'with its body' : 'whose body is streamed'}`, async () => {
    const headers = createSigner()(
      KEY,
      { method: 'POST', path: PATH, ...(bodyDigest !== undefined && { bodyDigest }) },
      START
    )
    const request = { method: 'POST', url: `http://node-2:8090${PATH}`, headers }

    assert.equal(await httpbis.verifyMessage(by(signingKey(KEY)), request), true)
    assert.equal(await httpbis.verifyMessage(by(signingKey('another')), request), false)
    assert.equal(await httpbis.verifyMessage(by(signingKey(KEY)), { ...request, method: 'PUT' }), false)
    assert.equal(await httpbis.verifyMessage(by(signingKey(KEY)), { ...request, url: `${request.url}0` }), false)
  })
}

test('another implementation accepts an answer of ours, for the request that it answers', async () => {
  const asked = createSigner()(KEY, { method: 'GET', path: PATH })
  const request = { method: 'GET', url: `http://node-2:8090${PATH}`, headers: asked }
  const parts = { status: 200, bodyDigest: BODY_DIGEST, requestSignature: asked.signature ?? '' }
  const headers = signAnswer(signingKey(KEY), parts, START)

  assert.equal(await httpbis.verifyMessage(by(ANSWER_KEY), { status: 200, headers }, request), true)
  assert.equal(await httpbis.verifyMessage(by(ANSWER_KEY), { status: 404, headers }, request), false)
  const another = { ...request, headers: createSigner()(KEY, { method: 'GET', path: PATH }) }
  assert.equal(await httpbis.verifyMessage(by(ANSWER_KEY), { status: 200, headers }, another), false)
})

test('what another implementation signs in our form is accepted here', async () => {
  const signed = await httpbis.signMessage(
    {
      key: signerOf(signingKey(KEY), 'hmac-sha256', 'a'.repeat(64)),
      name: 'flatrun',
      fields: ['@method', '@request-target', 'content-digest'],
      params: ['created', 'keyid', 'alg', 'nonce'],
      paramValues: { nonce: 'abcdefghijkl.1' }
    },
    {
      method: 'POST',
      url: `http://node-2:8090${PATH}`,
      headers: { 'content-digest': `sha-256=:${BODY_DIGEST}:` }
    }
  )
  const headers = new Headers(Object.entries(signed.headers).map(([name, value]) => [name, String(value)]))
  const parts = { method: 'POST', path: PATH, bodyDigest: BODY_DIGEST }
  const read = {
    signatureInput: headers.get('signature-input') ?? '',
    signature: headers.get('signature') ?? '',
    contentDigest: headers.get('content-digest') ?? undefined
  }

  assert.ok(verifySignature(signingKey(KEY), parts, read))
  assert.equal(verifySignature(signingKey(KEY), { ...parts, method: 'PUT' }, read), false)
})

test('what another implementation signs for an answer is accepted here', async () => {
  const asked = createSigner()(KEY, { method: 'GET', path: PATH })
  const signed = await httpbis.signMessage(
    {
      key: signerOf(ANSWER_KEY, 'hmac-sha256'),
      name: 'flatrun',
      fields: ['@status', 'content-digest', 'signature;req'],
      params: ['alg']
    },
    { status: 200, headers: { 'content-digest': `sha-256=:${BODY_DIGEST}:` } },
    { method: 'GET', url: `http://node-2:8090${PATH}`, headers: asked }
  )
  const said = Object.fromEntries(new Headers(Object.entries(signed.headers)))
  const parts = { status: 200, bodyDigest: BODY_DIGEST, requestSignature: asked.signature ?? '' }

  assert.ok(verifyAnswer(signingKey(KEY), parts, said))
  assert.equal(verifyAnswer(signingKey(KEY), { ...parts, status: 404 }, said), undefined)
})
