import assert from 'node:assert/strict'
import { test } from 'node:test'
import { APP, agent, ask, CONFIG, installed, shown } from './installed.ts'
import { startNest, whyNoNest } from './nest.ts'

const skip = whyNoNest()
const AGENT = agent()

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

test('the service can read the config that init wrote, and one with secrets is opened to nobody', {
  skip
}, async (t) => {
  const nest = await startNest(t, APP)
  nest.must(`${AGENT} init ${CONFIG} --yes && ${AGENT} service install --yes`)
  assert.equal(shown(nest, 'ActiveState'), 'active')
  nest.must(`printf 'auth: { api_keys: [a-key-of-more-than-20-characters] }\n' > ${CONFIG} && chmod 600 ${CONFIG}`)
  assert.match(nest.run(`${AGENT} service install --yes`).out, /holds secrets .*--user NAME/)
  nest.must('useradd --system ops')
  nest.must(`${AGENT} service install --yes --user ops`)
  assert.equal(nest.must(`stat -c '%U %G %a' ${CONFIG}`).trim(), 'root ops 640')
  assert.equal(shown(nest, 'ActiveState'), 'active')
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
  nest.until('journalctl -t flatrun-cluster -p err -o cat --no-pager', /api_keyz: unknown key; did you mean api_keys/)
  assert.equal(ask(nest, '/api/users/me', 'a-new-key-of-32-characters-123456'), '200')
  nest.until('systemctl show flatrun-cluster --property=ActiveState', /active/)
  assert.equal(shown(nest, 'MainPID'), before)
  assert.equal(shown(nest, 'NRestarts'), '0')
})

test('a daemon that hangs is killed by the watchdog and started again', { skip }, async (t) => {
  const nest = await startNest(t, APP)
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
