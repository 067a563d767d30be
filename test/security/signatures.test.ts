import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { signAnswer, verifyAnswer } from '../../src/security/answer-signatures.ts'
import { createReplays } from '../../src/security/replays.ts'
import {
  createSigner,
  normalTarget,
  readSignature,
  signingKey,
  verifySignature
} from '../../src/security/signatures.ts'

const KEY = 'k'.repeat(44)
const parts = { method: 'POST', path: '/api/x?a=1', bodyDigest: Buffer.alloc(32, 7).toString('base64') }

function read(headers: Record<string, string>) {
  return {
    signatureInput: headers['signature-input'] ?? '',
    signature: headers.signature ?? '',
    contentDigest: headers['content-digest']
  }
}

test('a signature is good for its key, method, path and body, and for no other', () => {
  const headers = read(createSigner()(KEY, parts))
  const key = signingKey(KEY)

  assert.ok(verifySignature(key, parts, headers))
  assert.equal(verifySignature(signingKey('other'), parts, headers), false)
  assert.equal(verifySignature(key, { ...parts, method: 'GET' }, headers), false)
  assert.equal(verifySignature(key, { ...parts, path: '/api/x?a=2' }, headers), false)
  assert.equal(verifySignature(key, { ...parts, bodyDigest: Buffer.alloc(32, 8).toString('base64') }, headers), false)
  assert.equal(verifySignature(key, { method: parts.method, path: parts.path }, headers), false)
})

test('headers of another form are not read, and none of them crashes', () => {
  const good = read(createSigner()(KEY, parts))
  assert.equal(readSignature(good)?.bodyDigest, parts.bodyDigest)
  for (const [what, change] of [
    ['no digest', { contentDigest: undefined }],
    ['another digest', { contentDigest: 'sha-512=:AAAA:' }],
    ['another label', { signatureInput: good.signatureInput.replace('flatrun=', 'sig1=') }],
    ['an algorithm of the caller’s', { signatureInput: good.signatureInput.replace('hmac-sha256', 'none') }],
    ['fewer parts', { signatureInput: good.signatureInput.replace(' "@request-target"', '') }],
    ['nothing', { signatureInput: '' }]
  ] as const) {
    assert.equal(readSignature({ ...good, ...change }), undefined, what)
  }
  assert.equal(verifySignature(signingKey(KEY), parts, { ...good, signature: 'flatrun=:short:' }), false)
})

test('each numbered request counts once, in any order within the window', () => {
  const replays = createReplays()
  const fresh = (sequence: number, boot = 'one') => replays.isFresh('key', { boot, sequence, created: 1 })

  assert.deepEqual(
    [3, 1, 2, 2, 3, 4].map((number) => fresh(number)),
    [true, true, true, false, false, true]
  )
  assert.equal(fresh(3, 'two'), true)
  assert.equal(fresh(20_000), true)
  assert.equal(fresh(5), false)
  for (let number = 20_001; number < 60_000; number++) assert.ok(fresh(number))
  assert.equal(fresh(59_999), false)
  assert.equal(fresh(59_999 - 8_191), false)
  for (const skipped of [60_100, 60_050, 60_099]) assert.ok(fresh(skipped))
  for (const again of [60_100, 60_050, 60_099]) assert.equal(fresh(again), false)
})

test('requests in any order agree with a plain list of those that came', () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 300 })
  fc.assert(
    fc.property(numbers, (sequences) => {
      const replays = createReplays()
      const came = new Set<number>()
      for (const sequence of sequences) {
        const expected = !came.has(sequence) && sequence > Math.max(0, ...came) - 8_192
        assert.equal(replays.isFresh('peer', { boot: 'one', sequence, created: 1 }), expected)
        if (expected) came.add(sequence)
      }
    })
  )
})

test('a signed answer is good for its status, its body and the one request that it answers', () => {
  const key = signingKey(KEY)
  const answer = { status: 200, bodyDigest: parts.bodyDigest, requestSignature: 'flatrun=:one:' }
  const headers = signAnswer(key, answer)
  const boot = 'AAAAAAAAAAAA'
  const naming = signAnswer(key, answer, boot)

  assert.deepEqual(verifyAnswer(key, answer, headers), { boot: undefined })
  assert.deepEqual(verifyAnswer(key, answer, naming), { boot })
  for (const change of [
    { status: 201 },
    { bodyDigest: Buffer.alloc(32, 8).toString('base64') },
    { requestSignature: 'flatrun=:another:' }
  ])
    assert.equal(verifyAnswer(key, { ...answer, ...change }, headers), undefined)
  assert.equal(verifyAnswer(signingKey('another'), answer, headers), undefined)
  for (const signature of ['', 'flatrun=:short:', ['x']])
    assert.equal(verifyAnswer(key, answer, { ...headers, signature }), undefined)
  assert.equal(verifyAnswer(key, answer, {}), undefined)
  assert.equal(verifyAnswer(key, answer, createSigner()(KEY, parts)), undefined)
  const otherStart = { ...naming, 'signature-input': naming['signature-input']?.replace(boot, 'BAAAAAAAAAAA') }
  assert.equal(verifyAnswer(key, answer, otherStart), undefined)
})

/** What was sent, and how nginx or Caddy may write it: the same place. */
const REWRITTEN: [sent: string, arrived: string][] = [
  ['/api/deployments/caf%C3%A9', '/api/deployments/caf%c3%a9'],
  ['/api/deployments/a%40b%7Ec%2Dd', '/api/deployments/a@b~c-d'],
  ["/api/x/a!$&'()*+,;=:@b", '/api/x/a%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40b'],
  ['/api/x?a=%40&b=@', '/api/x?a=%40&b=@']
]
for (const [sent, arrived] of REWRITTEN) {
  test(`a signature over ${sent} is good where ${arrived} arrives`, () => {
    const headers = read(createSigner()(KEY, { ...parts, path: sent }))
    assert.ok(verifySignature(signingKey(KEY), { ...parts, path: arrived }, headers))
  })
}

test('what leads to another place has another signature', () => {
  const different = [
    '/api/a/b',
    '/api/a%2Fb',
    '/api/a%252Fb',
    '/api/a%2eb',
    '/api/a.b',
    '/api/a//b',
    '/api/a/b?',
    '/api/A/b'
  ]
  assert.equal(new Set(different.map(normalTarget)).size, different.length)
  const headers = read(createSigner()(KEY, { ...parts, path: '/api/a%2Fb' }))
  assert.equal(verifySignature(signingKey(KEY), { ...parts, path: '/api/a/b' }, headers), false)
})

test('a path that is in its normal form is signed as versions before this one did', () => {
  for (const path of ['/api/deployments/web-1/logs?tail=5&q=%40', '/api/deployments/my%20app'])
    assert.equal(normalTarget(path), path)
})

test('each way of writing a path has one normal form', () => {
  const written = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.constantFrom('as it is', 'escaped', 'in small letters'))
  fc.assert(
    fc.property(fc.array(written, { maxLength: 20 }), (letters) => {
      const plain = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
      const bytes = letters.filter(([byte]) => byte > 0x20 && !'%/.?#'.includes(String.fromCharCode(byte)))
      const path = bytes.map(([byte, how]) => {
        if (how === 'as it is') return String.fromCharCode(byte)
        return how === 'escaped' ? plain(byte) : plain(byte).toLowerCase()
      })
      const escaped = bytes.map(([byte]) => plain(byte))
      assert.equal(normalTarget(`/api/${path.join('')}`), normalTarget(`/api/${escaped.join('')}`))
    })
  )
})

test('a signature is good for the start of the receiver that it names, and for no other', () => {
  const headers = read(createSigner()(KEY, parts, 'AAAAAAAAAAAA'))
  assert.equal(readSignature(headers)?.to, 'AAAAAAAAAAAA')
  assert.ok(verifySignature(signingKey(KEY), parts, headers))
  for (const to of [';to="BAAAAAAAAAAA"', '']) {
    const signatureInput = headers.signatureInput.replace(';to="AAAAAAAAAAAA"', to)
    assert.equal(verifySignature(signingKey(KEY), parts, { ...headers, signatureInput }), false)
  }
})

test('what a process signed that was forgotten, after many starts of its sender, does not come again', () => {
  const replays = createReplays()
  const request = (start: number) => ({ boot: `start-${start}`, sequence: 1, created: 1_000 + start })
  for (let start = 0; start < 30; start++) assert.ok(replays.isFresh('peer', request(start)))
  for (let start = 0; start < 30; start++) assert.equal(replays.isFresh('peer', request(start)), false, `${start}`)
  assert.ok(replays.isFresh('peer', request(31)))
})
