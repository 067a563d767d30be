import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APP, agent, ask, CONFIG, installed, shown } from './installed.ts'
import { startNest, whyNoNest } from './nest.ts'

const skip = whyNoNest()
const AGENT = agent()

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
  const said = nest.run(`${AGENT} service status`).out
  assert.match(said, /^ended +with 78: wrong config.*\nwhy +.*config\.yml:1:14: api\.port: expected a whole number/m)
  assert.match(
    nest.must('journalctl -t flatrun-cluster --no-pager -o cat'),
    /config\.yml:1:14: api\.port: expected a whole number/
  )
})

test('without a person to ask and without --yes nothing is changed', { skip }, async (t) => {
  const nest = await startNest(t, APP)
  const { status, out } = nest.run(`${AGENT} service install < /dev/null`)
  assert.equal(status, 64)
  assert.match(out, /This will:\n {2}make the folder .*nobody is here to ask; add --yes/s)
  assert.match(
    nest.must(`${AGENT} service install --dry-run`),
    /This would:.*ExecStart=.*flatrun-cluster\.js agent --config/s
  )
  nest.must('! test -e /etc/systemd/system/flatrun-cluster.service && ! test -e /etc/flatrun-cluster')
})
