import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { test } from 'node:test'
import { createCertificate } from '../../src/security/certificates/certificate.ts'
import { OPERATOR_KEY, startNode, temporaryFolder } from '../daemon.ts'
import { createCli } from './world.ts'

test('the certificate that the agent of this machine made is trusted from its data path, and nowhere else', async (t) => {
  const folder = temporaryFolder(t)
  const node = await startNode(t, { folder, config: { 'api.tls.mode': 'auto', 'auth.api_keys': [] } })
  const cli = createCli(t, { cwd: folder })
  const near = await cli('status')
  assert.equal(near.code, 0, near.err)
  assert.match(near.out, new RegExp(`at ${node.url}`))

  const elsewhere = createCli(t, { env: { FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY } })
  const refused = await elsewhere('health')
  assert.equal(refused.code, 3)
  assert.match(refused.err, /has a certificate that is not trusted.*\n→ Add its authority to those of the system/)
  assert.equal((await elsewhere('health --insecure-skip-verify')).code, 0)
})

test('https asked of an agent that speaks http is told as that', async (t) => {
  const node = await startNode(t)
  const env = { FLATRUN_URL: node.url.replace('http:', 'https:'), FLATRUN_TOKEN: OPERATOR_KEY }
  const { code, err } = await createCli(t, { env })('health')
  assert.equal(code, 3)
  assert.match(err, /does not speak TLS/)
})

test('an agent with a certificate of its own is logged in to by its pin, and known by it from then on', async (t) => {
  const folder = temporaryFolder(t)
  const config = { 'api.tls.mode': 'auto' } as const
  const node = await startNode(t, { folder, config })
  const shown = await createCli(t, { cwd: folder })(`status --url ${node.url} --token ${OPERATOR_KEY}`)
  const pin = /^certificate pin (\S{43})$/m.exec(shown.out)?.[1] ?? ''
  assert.notEqual(pin, '', shown.out + shown.err)

  const cli = createCli(t)
  const alone = await cli(`login --url ${node.url} --token-stdin`, { stdin: OPERATOR_KEY })
  assert.equal(alone.code, 3)
  assert.match(alone.err, new RegExp(`no authority vouches for .*\\n→ .*--pin ${pin}$`))
  const doubted = await cli(`login --url ${node.url}`, { answers: ['n'] })
  assert.deepEqual([doubted.code, (await cli('configure list')).out], [1, 'None'])
  assert.equal((await cli(`login --url ${node.url} --pin ${pin.slice(1)}`, { answers: [OPERATOR_KEY] })).code, 2)
  const other = await cli(`login --url ${node.url} --pin ${pin.replace(/^./, pin[0] === 'A' ? 'B' : 'A')}`, {
    answers: [OPERATOR_KEY]
  })
  assert.equal(other.code, 3)
  assert.match(other.err, /has another key than at login/)

  const agreed = await cli(`login --url ${node.url}`, { answers: ['yes', OPERATOR_KEY] })
  assert.equal(agreed.code, 0, agreed.err)
  assert.match(agreed.err, new RegExp(`Its pin is ${pin}`))
  assert.equal((await cli('health')).code, 0)
  assert.equal((await cli('events')).code, 0)

  // Another agent takes its place: no key is sent to it.
  await node.stop()
  const heard: string[] = []
  const { cert, key } = createCertificate(['127.0.0.1'])
  const impostor = createServer({ cert, key }, ({ headers }, answer) => {
    heard.push(String(headers.authorization))
    answer.end('{}')
  })
  t.after(() => impostor.close())
  await once(impostor.listen(Number(new URL(node.url).port), '127.0.0.1'), 'listening')
  const fooled = await cli('health')
  assert.equal(fooled.code, 3)
  assert.match(fooled.err, /has another key than at login.*\n→ .*somebody is in between/)
  assert.deepEqual(heard, [])
})
