import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createLooks } from '../alerts/looks.ts'
import { BARE } from '../bare.ts'
import { startReceiver } from '../cluster/handover/receiver.ts'
import { authorized, join, OPERATOR_KEY, request, sees, startNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const OFF = { enabled: false }

const isOfItsOwn = () =>
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount --bind /dev/null /proc/loadavg']).status === 0

/** An agent as it is shipped, in a machine whose load the test sets. */
async function startBusy(t: TestContext) {
  const folder = temporaryFolder(t)
  const loadavg = path.join(folder, 'loadavg')
  const config = path.join(folder, 'config.yml')
  mkdirSync(path.join(folder, 'deployments'))
  writeFileSync(
    config,
    JSON.stringify({
      ...{ deployments_path: path.join(folder, 'deployments'), data_path: path.join(folder, 'data') },
      ...{ docker_socket: '', api: { host: '127.0.0.1', port: 0 }, auth: { api_keys: [OPERATOR_KEY] } },
      cluster: { enabled: true, server_name: 'busy' }
    })
  )
  const each = (load: number) =>
    writeFileSync(loadavg, `0.10 ${(load * os.availableParallelism()).toFixed(2)} 0.10 1/9 1\n`)
  each(5)
  const program = [process.execPath, builtProgram(), 'agent', '--config', config]
  const inside = ['sh', '-c', 'mount --bind "$0" /proc/loadavg && exec "$@"', loadavg, ...program]
  const child = spawn('unshare', ['--mount', ...inside], { env: BARE, stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const url = await until(() => /ready on (\S+)/.exec(said)?.[1], 'a ready agent')
  const call = (method: string, where: string, body?: unknown) =>
    request(`${url}${where}`, { method, body, headers: authorized(OPERATOR_KEY) })
  return { call, each }
}

test('the load of a real agent’s machine is told by its peer as the figures of that machine, and its end', {
  skip: isOfItsOwn() ? false : 'only root may give a process a load of its own'
}, async (t) => {
  const { messages, config } = await startReceiver(t)
  const { call, each } = await startBusy(t)
  const { clock, lookUntil } = createLooks()
  const hub = await startNode(t, {
    ...{ name: 'hub', clock },
    config: { ...config, 'alerts.rules': { disk: OFF, memory: OFF, clock: OFF, load: { for: '2m' } } }
  })
  await join(hub, { call })
  await sees(hub, 'busy', 'online')
  // The machine of the test may be busy as well, and be told with it.
  const busy = () => messages.flatMap(({ problems }) => problems.filter(({ server }) => server === 'busy'))
  await lookUntil(() => busy().length > 0, 'the load')
  const cores = os.availableParallelism()
  assert.equal(busy()[0]?.title, `load ${(5 * cores).toFixed(1)} on ${cores} processor${cores === 1 ? '' : 's'}`)
  each(1)
  await lookUntil(() => busy().some(({ ended }) => ended !== undefined), 'its end')
  assert.equal(busy().at(-1)?.outcome, 'the load is normal again')
})
