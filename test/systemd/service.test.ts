import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { builtProgram } from '../program.ts'
import { type Nest, startNest, whyNoNest } from './nest.ts'

const skip = whyNoNest()
const root = path.join(import.meta.dirname, '..', '..')
const NODE = '/opt/app/node_modules/node/bin/node'
const AGENT = `${NODE} ${builtProgram().replace(root, '/opt/app')}`
const CONFIG = '/etc/flatrun-cluster/config.yml'

/** A booted system with the service installed by its own command, and running. */
async function installed(t: TestContext, { words = '', config = '' } = {}): Promise<Nest> {
  const nest = await startNest(t, root)
  if (config) nest.must(`mkdir -p /etc/flatrun-cluster && cat > ${CONFIG} <<'END'\n${config}\nEND`)
  nest.must(`${AGENT} service install --yes ${words}`)
  return nest
}

const shown = (nest: Nest, name: string) =>
  nest.must(`systemctl show flatrun-cluster --property=${name} --value`).trim()

/** The status of one request from inside. */
function ask(nest: Nest, where: string, key = '') {
  const headers = key ? `{ headers: { authorization: 'Bearer ${key}' } }` : '{}'
  return nest
    .run(
      `${NODE} -e "fetch('http://127.0.0.1:8090${where}', ${headers}).then((r) => console.log(r.status), (e) => console.log(e.cause.code))"`
    )
    .out.trim()
}

test('the service is ready when it is started, under its own user, and says how its peers are', { skip }, async (t) => {
  const nest = await installed(t)
  assert.equal(shown(nest, 'ActiveState'), 'active')
  assert.equal(ask(nest, '/api/health'), '200')
  assert.equal(shown(nest, 'StatusText'), '0 of 0 peers online')
  assert.notEqual(nest.must(`stat -c %u /proc/${shown(nest, 'MainPID')}`).trim(), '0')
  assert.equal(nest.must('stat -c %a /var/lib/private/flatrun-cluster').trim(), '700')
  assert.match(
    nest.must(`${AGENT} service status`),
    /^state +active \(running\), enabled at boot\nsays +0 of 0 peers online\n/
  )
  assert.equal(shown(nest, 'UnitFileState'), 'enabled')
})

test('the journal has the priority of each line', { skip }, async (t) => {
  const nest = await installed(t, { config: 'auth: { api_keys: [short] }' })
  const warnings = nest.must('journalctl -t flatrun-cluster -p warning --no-pager -o cat')
  assert.match(warnings, /auth\.api_keys holds a key of under 20 characters/)
  assert.doesNotMatch(warnings, /Server listening/)
  assert.doesNotMatch(warnings, /"pid"|"time"|<\d>/)
})

test('systemctl reload takes a right config and keeps the old one beside a wrong one', { skip }, async (t) => {
  const nest = await installed(t, { config: 'auth: { api_keys: [an-old-key-of-32-characters-12345] }' })
  const before = shown(nest, 'MainPID')
  nest.must(
    `echo 'auth: { api_keys: [a-new-key-of-32-characters-123456] }' > ${CONFIG} && systemctl reload flatrun-cluster`
  )
  nest.until('journalctl -t flatrun-cluster -o cat --no-pager', /the config was read again and counts/)
  assert.equal(ask(nest, '/api/users/me', 'a-new-key-of-32-characters-123456'), '200')
  assert.equal(ask(nest, '/api/users/me', 'an-old-key-of-32-characters-12345'), '401')

  nest.must(`echo 'auth: { api_keyz: [x] }' > ${CONFIG} && ! systemctl reload flatrun-cluster`)
  nest.until('journalctl -t flatrun-cluster -o cat --no-pager', /api_keyz: unknown key; did you mean api_keys/)
  assert.equal(ask(nest, '/api/users/me', 'a-new-key-of-32-characters-123456'), '200')
  nest.until('systemctl show flatrun-cluster --property=ActiveState', /active/)
  assert.equal(shown(nest, 'MainPID'), before)
  assert.equal(shown(nest, 'NRestarts'), '0')
})

test('a daemon that hangs is killed by the watchdog and started again', { skip }, async (t) => {
  const nest = await startNest(t, root)
  nest.must('mkdir -p /etc/systemd/system/flatrun-cluster.service.d')
  nest.must('printf "[Service]\\nWatchdogSec=4\\n" > /etc/systemd/system/flatrun-cluster.service.d/soon.conf')
  nest.must(`${AGENT} service install --yes`)
  // Long enough that a daemon which gives no sign would have been killed.
  nest.must('sleep 7')
  assert.equal(shown(nest, 'NRestarts'), '0')

  nest.must(`kill -STOP ${shown(nest, 'MainPID')}`)
  nest.until('systemctl show flatrun-cluster --property=NRestarts', /=1/)
  nest.until('systemctl is-active flatrun-cluster', /^active/)
  assert.match(nest.must('journalctl -u flatrun-cluster --no-pager -o cat'), /[Ww]atchdog timeout/)
  assert.equal(ask(nest, '/api/health'), '200')
})

test('stopping ends with 0 within the limit', { skip }, async (t) => {
  const nest = await installed(t)
  const seconds = Number(
    nest.must('start=$(date +%s); systemctl stop flatrun-cluster; echo $(( $(date +%s) - start ))')
  )
  assert.ok(seconds <= 12, `${seconds} s`)
  assert.equal(shown(nest, 'Result'), 'success')
  assert.equal(shown(nest, 'ExecMainStatus'), '0')
  assert.match(nest.run(`${AGENT} service status`).out, /^state +inactive \(dead\)/)
})

test('credentials reach the daemon, and nobody else', { skip }, async (t) => {
  const nest = await installed(t)
  const key = 'a-key-handed-over-by-systemd-1234'
  nest.must(`umask 077; echo ${key} > /etc/flatrun-cluster/credentials/auth.api_keys`)
  nest.must('systemctl restart flatrun-cluster')
  assert.equal(ask(nest, '/api/users/me', key), '200')
  assert.equal(
    nest.must(`tr '\\0' '\\n' < /proc/${shown(nest, 'MainPID')}/environ | grep -c ${key} || true`).trim(),
    '0'
  )
  assert.equal(
    nest.run(`setpriv --reuid 65534 --clear-groups cat /run/credentials/flatrun-cluster.service/flatrun_auth.api_keys`)
      .status,
    1
  )
})

test('a wrong config ends with 78 and is not tried again', { skip }, async (t) => {
  const nest = await installed(t)
  nest.must(`echo 'api: { port: x }' > ${CONFIG}`)
  assert.notEqual(nest.run('systemctl restart flatrun-cluster').status, 0)
  assert.equal(shown(nest, 'ExecMainStatus'), '78')
  assert.equal(shown(nest, 'NRestarts'), '0')
  assert.match(nest.run(`${AGENT} service status`).out, /ended +with 78: wrong config/)
  assert.match(
    nest.must('journalctl -t flatrun-cluster --no-pager -o cat'),
    /config\.yml:1:14: api\.port: expected a whole number/
  )
})

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
    /another agent holds the data path \/var\/lib\//
  )
})

test('taking the service away leaves the config and the data', { skip }, async (t) => {
  const nest = await installed(t)
  nest.must(`${AGENT} service uninstall --yes`)
  assert.match(nest.run(`${AGENT} service status`).out, /not installed/)
  nest.must(`test -f ${CONFIG} && test -f /var/lib/flatrun-cluster/cluster.db`)
})

test('without a person to ask and without --yes nothing is changed', { skip }, async (t) => {
  const nest = await startNest(t, root)
  const { status, out } = nest.run(`${AGENT} service install < /dev/null`)
  assert.equal(status, 64)
  assert.match(out, /This will:\n {2}make the folder .*nobody is here to ask; add --yes/s)
  assert.match(
    nest.must(`${AGENT} service install --dry-run`),
    /This would:.*ExecStart=.*flatrun-cluster\.js agent --config/s
  )
  nest.must('! test -e /etc/systemd/system/flatrun-cluster.service && ! test -e /etc/flatrun-cluster')
})
