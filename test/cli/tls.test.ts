import assert from 'node:assert/strict'
import { test } from 'node:test'
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
