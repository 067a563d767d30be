import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { signAnswer } from '../../src/security/answer-signatures.ts'
import { createSigner, signingKey } from '../../src/security/signatures.ts'
import { targetOf, world } from './world.ts'

const KEY = 'key-of-peer'
const ASK = { path: '/api/deployments', deadlineMs: 5_000, maxBytes: 10_000 }
const [FIRST, SECOND] = ['first-start-', 'second-start']
/** What a version that knows of no starts reads; anything else it refuses. */
const OLD_INPUT =
  /^flatrun=\("@method" "@request-target"\);created=\d{1,12};keyid="[0-9a-f]{64}";alg="hmac-sha256";nonce="[\w-]{12}\.\d{1,15}"$/

interface Answer {
  status: number
  /** The start that it names; undefined: none. */
  boot: string | undefined
  key?: string
}

/** A peer that answers in turn; and for which start each request to it was. */
async function peerThat(t: TestContext, answer: (asked: { to: string | undefined; input: string }) => Answer) {
  const { peer, remote } = await world(t, { sign: (_, { to, ...parts }) => sign(KEY, parts, to) })
  const sign = createSigner()
  const asked: (string | undefined)[] = []
  peer.on('*', (request: IncomingMessage, response: ServerResponse) => {
    const input = String(request.headers['signature-input'])
    const to = /;to="(.*?)"$/.exec(input)?.[1]
    asked.push(to)
    const { status, boot, key = KEY } = answer({ to, input })
    const body = '{}'
    const bodyDigest = createHash('sha256').update(body).digest('base64')
    const requestSignature = String(request.headers.signature)
    response.writeHead(status, signAnswer(signingKey(key), { status, bodyDigest, requestSignature }, boot)).end(body)
  })
  const target = targetOf(peer, { transport: 'signed', signsAnswers: true })
  const ask = async () => (await remote.request(target, ASK)).status
  return { ask, asked }
}

test('a request names the start of the peer that its last answer told', async (t) => {
  const { ask, asked } = await peerThat(t, () => ({ status: 200, boot: FIRST }))
  assert.deepEqual([await ask(), await ask()], [200, 200])
  assert.deepEqual(asked, [undefined, FIRST])
})

test('a peer of a version that knows of no starts is asked in words that it reads', async (t) => {
  const { ask, asked } = await peerThat(t, ({ input }) => ({
    status: OLD_INPUT.test(input) ? 200 : 401,
    boot: undefined
  }))
  for (let turn = 0; turn < 3; turn++) assert.equal(await ask(), 200)
  assert.deepEqual(asked, [undefined, undefined, undefined])
})

test('a request for another start is made once more, for the one that the refusal names', async (t) => {
  const { ask, asked } = await peerThat(t, ({ to }) => ({ status: to === SECOND ? 200 : 401, boot: SECOND }))
  assert.equal(await ask(), 200)
  assert.deepEqual(asked, [undefined, SECOND])
})

test('a peer that names another start each time is asked twice', async (t) => {
  let starts = 0
  const { ask, asked } = await peerThat(t, () => ({ status: 401, boot: `start-${++starts}-----` }))
  assert.equal(await ask(), 401)
  assert.equal(asked.length, 2)
})

for (const [what, answer] of [
  ['names the start that was meant', { status: 401, boot: FIRST }],
  ['names no start', { status: 401, boot: undefined }],
  ['is signed with another key', { status: 401, boot: SECOND, key: 'the key of somebody in between' }],
  ['is no refusal', { status: 503, boot: SECOND }]
] as const) {
  test(`nothing is made once more where the answer ${what}`, async (t) => {
    const answers: Answer[] = [{ status: 200, boot: FIRST }, answer]
    const { ask, asked } = await peerThat(t, () => answers.shift() ?? assert.fail('it was asked once more'))
    assert.deepEqual([await ask(), await ask()], [200, answer.status])
    assert.deepEqual(asked, [undefined, FIRST])
  })
}
