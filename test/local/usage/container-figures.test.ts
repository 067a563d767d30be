import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json } from '../fake-engine.ts'
import { world } from '../operations/world.ts'

const STATS = {
  cpu_stats: { cpu_usage: { total_usage: 3e9 }, system_cpu_usage: 100e9, online_cpus: 4 },
  precpu_stats: { cpu_usage: { total_usage: 2e9 }, system_cpu_usage: 96e9 },
  memory_stats: { usage: 300, limit: 1_000, stats: { inactive_file: 100 } },
  networks: { eth0: { rx_bytes: 5, tx_bytes: 6 }, eth1: { rx_bytes: 1, tx_bytes: 1 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { op: 'read', value: 7 },
      { op: 'Write', value: 8 }
    ]
  },
  pids_stats: { current: 9 }
}

test('containers are measured as docker stats does it, and one without figures says why', async (t) => {
  const { node } = await world(t, {
    containers: [{ service: 'web' }, { service: 'db' }, { service: 'off', state: 'exited', status: 'Exited (0)' }],
    routes: {
      'GET /containers/web/stats': (_, response) => json(response, STATS),
      'GET /containers/db/stats': (_, response) => json(response, { message: 'no cgroup' }, 500)
    }
  })
  const { deployment, services, summary } = await node.deploymentStats('web')
  const [web, db, ...others] = services
  assert.deepEqual([deployment, summary.cpu_percent, summary.memory_usage], ['web', 100, 200])

  assert.deepEqual(web, {
    container_id: 'web',
    name: 'web-web-1',
    deployment_name: 'web',
    service: 'web',
    cpu_percent: 100,
    memory_usage: 200,
    memory_limit: 1_000,
    memory_percent: 20,
    network_rx: 6,
    network_tx: 7,
    block_read: 7,
    block_write: 8,
    pids: 9
  })
  assert.equal(db?.error, 'The container engine answered: no cgroup')
  assert.deepEqual(others, [])
})
