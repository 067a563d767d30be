import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { Agent, request as ask } from 'undici'
import { loadConfig } from '../../src/config/config.ts'
import { startDaemon } from '../../src/daemon/daemon.ts'
import { startLifecycle } from '../../src/daemon/lifecycle.ts'
import { createLooks } from '../alerts/looks.ts'
import { startReceiver } from '../cluster/handover/receiver.ts'
import { authorized, OPERATOR_KEY, sees, startNode } from '../daemon.ts'
import { createIssuer, NO_OPENSSL } from '../issuer.ts'

const OFF = { enabled: false }
/** What this machine may have of its own; and the clock that is moved is apart from the other one. */
const QUIET = { disk: OFF, memory: OFF, load: OFF, clock: OFF }

/** An agent whose certificate ends in five days, and is renewed with the same key. */
async function startPeer(t: TestContext) {
  const { folder, cert, key, issue } = createIssuer(t)
  issue(5)
  const flags = {
    ...{ deployments_path: folder, data_path: path.join(folder, 'data'), docker_socket: '', 'api.port': 0 },
    ...{ 'api.host': '127.0.0.1', 'api.tls': { mode: 'files', cert, key }, 'auth.api_keys': [OPERATOR_KEY] },
    ...{ 'cluster.enabled': true, 'cluster.server_name': 'node-b' }
  }
  const load = () => loadConfig({ env: {}, flags })
  const log = pino({ level: 'silent' })
  const lifecycle = await startLifecycle({
    ...{ config: load(), load, log },
    setLogging: async () => {},
    start: (config) => startDaemon({ config, log }),
    onStart: () => {}
  })
  t.after(lifecycle.close)
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  t.after(() => dispatcher.close())
  async function invite(): Promise<string> {
    const { url } = lifecycle.daemon()
    const { body } = await ask(`${url}/api/cluster/invite`, {
      ...{ method: 'POST', headers: authorized(OPERATOR_KEY), dispatcher }
    })
    return ((await body.json()) as { invite_token: string }).invite_token
  }
  return {
    invite,
    async renew() {
      issue(300)
      assert.equal(await lifecycle.reload(), true)
    }
  }
}

test('the certificate of a peer that ends soon is told, and that it was renewed, over a connection that stays', {
  skip: NO_OPENSSL
}, async (t) => {
  const { messages, config } = await startReceiver(t)
  const peer = await startPeer(t)
  const { clock, lookUntil } = createLooks()
  const node = await startNode(t, { name: 'node-a', clock, config: { ...config, 'alerts.rules': QUIET } })
  const joined = await node.call('POST', '/api/cluster/accept', { invite_token: await peer.invite() })
  assert.equal(joined.status, 200, joined.text)
  await sees(node, 'node-b', 'online')
  async function told(count: number) {
    await lookUntil(() => messages.length >= count, `${count} messages`)
    return messages
  }
  const [opened] = await told(1)
  assert.match(opened?.title ?? '', /^node-b: its certificate ends in [45] days$/)
  await peer.renew()
  const [, closed] = await told(2)
  assert.deepEqual([closed?.type, closed?.title], ['incident.closed', 'node-b: its certificate was renewed'])
})
