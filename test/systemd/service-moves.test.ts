import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agent, ask, CONFIG, installed, shown } from './installed.ts'
import { whyNoNest } from './nest.ts'

const skip = whyNoNest()
const AGENT = agent()

test('behind a socket of systemd’s a restart refuses nobody', { skip }, async (t) => {
  const nest = await installed(t, { words: '--socket 127.0.0.1:8090' })
  assert.equal(ask(nest, '/api/health'), '200')
  nest.must('systemctl stop flatrun-cluster.service')
  assert.equal(ask(nest, '/api/health'), '200', 'a request starts it')
  assert.equal(shown(nest, 'ActiveState'), 'active')
})

test('behind a socket of systemd’s a reload of everything is a restart, and refuses nobody', { skip }, async (t) => {
  const nest = await installed(t, { words: '--socket 127.0.0.1:8090' })
  assert.equal(ask(nest, '/api/health'), '200')
  nest.must(
    `printf 'cluster: { enabled: true, server_name: renamed }\\n' > ${CONFIG}; systemctl reload flatrun-cluster`
  )
  nest.until(`${AGENT} status`, /^renamed /)
  assert.equal(shown(nest, 'ActiveState'), 'active')
  assert.match(nest.must('journalctl -t flatrun-cluster -o cat --no-pager'), /the agent is started again for it/)
  assert.equal(ask(nest, '/api/health'), '200')
})

test('a backup of the running service is restored into another folder', { skip }, async (t) => {
  const nest = await installed(t)
  nest.must(`${AGENT} backup /tmp/node.backup`)
  nest.must(`mkdir -m 700 /tmp/again && ${AGENT} restore /tmp/node.backup --data-path /tmp/again`)
  assert.match(nest.must('ls /tmp/again'), /admin\.key\ncluster\.db\nlock\nnode\.json\nsecret/)
  assert.match(
    nest.run(`${AGENT} restore /tmp/node.backup --replace`).out,
    /an agent runs on \/var\/lib\/flatrun-cluster; stop it first/
  )
})

test('taking the service away leaves the config and the data', { skip }, async (t) => {
  const nest = await installed(t)
  nest.must(`${AGENT} service uninstall --yes`)
  assert.match(nest.run(`${AGENT} service status`).out, /not installed/)
  nest.must(`test -f ${CONFIG} && test -f /var/lib/flatrun-cluster/cluster.db`)
})
