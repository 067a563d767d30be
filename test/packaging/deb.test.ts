import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { buildDeb } from '../../src/dev/build/deb.ts'
import { SCHEMA_VERSION } from '../../src/store/migrations.ts'
import { startNest, whyNoNest } from '../systemd/nest.ts'

const noDeb = whyNoDeb()

/** Each is built once, when a test first asks for it. */
const builds = new Map<string, Promise<string>>()
const shelf = mkdtempSync(path.join(os.tmpdir(), 'flatrun-cluster-'))
after(() => rmSync(shelf, { recursive: true }))

function built(version: string, place = 'first'): Promise<string> {
  const out = path.join(shelf, place)
  const build = builds.get(out + version) ?? buildDeb({ out, version, compression: 'none' })
  builds.set(out + version, build)
  return build
}

const inside = (file: string) => `/opt/app/${path.basename(file)}`

test('two builds of one commit are the same bytes', { skip: noDeb }, async () => {
  const sumOf = async (file: Promise<string>) =>
    createHash('sha256')
      .update(readFileSync(await file))
      .digest('hex')
  assert.equal(await sumOf(built('0.1.0')), await sumOf(built('0.1.0', 'second')))
})

test('the package is installed, upgraded, removed and purged', { skip: noDeb || whyNoNest() }, async (t) => {
  const [first, second] = [await built('0.1.0'), await built('0.1.1')]
  const nest = await startNest(t, path.dirname(first))
  const state = () => nest.run('systemctl is-active flatrun-cluster').out.trim()
  const config = '/etc/flatrun-cluster/config.yml'

  nest.must(`dpkg -i ${inside(first)}`)
  assert.equal(state(), 'active')
  assert.equal(nest.must('systemctl is-enabled flatrun-cluster').trim(), 'enabled')
  assert.equal(nest.must('stat -c "%U %a" /var/lib/flatrun-cluster').trim(), 'flatrun-cluster 700')
  assert.equal(nest.must(`stat -c "%U %G %a" ${config}`).trim(), 'root flatrun-cluster 640')
  assert.match(nest.must(`flatrun-cluster config check ${config}`), /: right/)
  assert.match(nest.must('flatrun-cluster service status'), /0 of 0 peers online/)
  const node = nest.must('cat /var/lib/flatrun-cluster/node.json')

  assert.match(
    nest.must('bash -n /usr/share/bash-completion/completions/flatrun-cluster && flatrun-cluster status'),
    /no peers/
  )
  assert.equal(nest.run('systemctl is-enabled flatrun-cluster-backup.timer').out.trim(), 'disabled')
  nest.must('systemctl enable --now flatrun-cluster-backup.timer && systemctl start flatrun-cluster-backup')
  assert.match(nest.must('flatrun-cluster restore /var/backups/flatrun-cluster --check'), /could be restored/)
  assert.equal(nest.must('stat -c %a /var/backups/flatrun-cluster').trim(), '700')

  nest.must(`sed -i 's/# server_name: web-1/server_name: mine/' ${config}`)
  nest.must(`dpkg -i ${inside(second)} < /dev/null`)
  assert.equal(state(), 'active')
  assert.match(nest.must(`grep server_name ${config}`), /^ {2}server_name: mine$/m)
  const idOf = (text: string) => JSON.parse(text).node_id
  assert.equal(idOf(nest.must('cat /var/lib/flatrun-cluster/node.json')), idOf(node))

  // Of a stopped agent as well, and what root touched the agent can still open.
  nest.must('systemctl stop flatrun-cluster && systemctl start flatrun-cluster-backup')
  assert.equal(nest.must('find /var/lib/flatrun-cluster -name "cluster.db*" -not -user flatrun-cluster'), '')
  nest.must('systemctl start flatrun-cluster')
  assert.equal(nest.must('ls /var/backups/flatrun-cluster/*.backup | wc -l').trim(), '2')

  nest.must('dpkg -r flatrun-cluster')
  assert.equal(state(), 'inactive')
  nest.must(`test -f ${config} && test -f /var/lib/flatrun-cluster/cluster.db && ! test -e /usr/lib/flatrun-cluster`)

  // What was removed and comes back runs again, as after a first installation.
  nest.must(`dpkg -i ${inside(second)} < /dev/null`)
  assert.equal(state(), 'active')
  assert.equal(idOf(nest.must('cat /var/lib/flatrun-cluster/node.json')), idOf(node))
  assert.equal(nest.run('systemctl is-active flatrun-cluster-backup.timer').out.trim(), 'active')
  nest.must('systemctl stop flatrun-cluster flatrun-cluster-backup.timer')
  nest.must(`dpkg -i ${inside(second)} < /dev/null`)
  assert.equal(state(), 'inactive', 'an upgrade starts nothing that was stopped')
  assert.equal(nest.run('systemctl is-active flatrun-cluster-backup.timer').out.trim(), 'inactive')
  nest.must('cd /usr/share/doc/flatrun-cluster && ls operations.md openapi.json grafana/alerts.yml proxies/nginx.conf')

  nest.must('dpkg -P flatrun-cluster')
  nest.must('! test -e /etc/flatrun-cluster && ! test -e /var/lib/flatrun-cluster')
  nest.must(
    'ls /var/backups/flatrun-cluster/*.backup && ! test -L /etc/systemd/system/timers.target.wants/flatrun-cluster-backup.timer'
  )
  assert.notEqual(nest.run('getent passwd flatrun-cluster').status, 0)
  assert.doesNotMatch(nest.must('dpkg -l'), /flatrun-cluster/)
})

test('over an agent that npm installed nothing is half done, and then the package takes its config and data on', {
  skip: noDeb || whyNoNest()
}, async (t) => {
  const first = await built('0.1.0')
  const nest = await startNest(t, path.dirname(first))
  // As npm does it: the program elsewhere, the unit and the config by its own command.
  nest.must(`dpkg-deb -x ${inside(first)} /opt/npm`)
  const program = '/opt/npm/usr/lib/flatrun-cluster'
  const npm = `${program}/node ${program}/dist/flatrun-cluster.js`
  nest.must(`${npm} service install --yes && ${npm} config set cluster.server_name=mine && ${npm} reload`)
  const node = nest.must('cat /var/lib/flatrun-cluster/node.json')
  const key = nest.must('cat /var/lib/flatrun-cluster/admin.key')

  const refused = nest.run(`dpkg -i ${inside(first)} < /dev/null`)
  assert.notEqual(refused.status, 0)
  assert.match(refused.out, /nothing was changed\. An agent that was installed with npm[\s\S]*service uninstall/)
  assert.equal(nest.run('systemctl is-active flatrun-cluster').out.trim(), 'active')
  assert.doesNotMatch(nest.must('dpkg -l'), /^.[^n ] +flatrun-cluster /m)

  nest.must(`${npm} service uninstall --yes`)
  nest.must(`dpkg -i ${inside(first)} < /dev/null`)
  assert.match(nest.must('flatrun-cluster status'), /^mine /)
  assert.equal(nest.must('cat /var/lib/flatrun-cluster/admin.key'), key)
  assert.equal(JSON.parse(nest.must('cat /var/lib/flatrun-cluster/node.json')).node_id, JSON.parse(node).node_id)
  assert.equal(nest.must('stat -c "%U %a" /var/lib/flatrun-cluster/').trim(), 'flatrun-cluster 700')
})

test('an upgrade asks nothing about the config, whatever was made of it', { skip: noDeb || whyNoNest() }, async (t) => {
  const [first, second] = [await built('0.1.0'), await built('0.1.1')]
  const nest = await startNest(t, path.dirname(first))
  nest.must(`dpkg -i ${inside(first)} && flatrun-cluster config set cluster.server_name=mine`)
  // The next package starts with another config.
  nest.must(`dpkg-deb -R ${inside(second)} /root/next`)
  nest.must(
    'echo "# another" >> /root/next/usr/lib/flatrun-cluster/config.yml; dpkg-deb -Znone -b /root/next /root/next.deb'
  )
  nest.must('dpkg -i /root/next.deb < /dev/null')
  assert.match(nest.must('flatrun-cluster status'), /^mine /)
})

test('an older package is refused while the store is newer, and the server goes on', {
  skip: noDeb || whyNoNest()
}, async (t) => {
  const [first, second] = [await built('0.1.0'), await built('0.1.1')]
  const nest = await startNest(t, path.dirname(first))
  nest.must(`dpkg -i ${inside(second)}`)
  const pid = nest.must('systemctl show -p MainPID flatrun-cluster')
  // One that knows the store of an earlier version only.
  nest.must(`dpkg-deb -R ${inside(first)} /root/old && sed -i 's/^known=.*/known=1/' /root/old/DEBIAN/preinst`)
  nest.must('dpkg-deb -Znone -b /root/old /root/old.deb')
  const refused = nest.run('dpkg -i /root/old.deb < /dev/null')
  assert.notEqual(refused.status, 0)
  assert.match(
    refused.out,
    new RegExp(`was written by a newer flatrun-cluster\n\\(store version ${SCHEMA_VERSION}, this package knows 1\\)`)
  )
  assert.match(nest.must('dpkg -s flatrun-cluster'), /^Status: install ok installed\n[\s\S]*^Version: 0\.1\.1$/m)
  assert.equal(nest.must('systemctl show -p MainPID flatrun-cluster'), pid)
  assert.match(nest.must(`dpkg -i ${inside(first)} < /dev/null && flatrun-cluster status`), /no peers/)
})

test('a service that the operator disabled stays so over an upgrade', { skip: noDeb || whyNoNest() }, async (t) => {
  const [first, second] = [await built('0.1.0'), await built('0.1.1')]
  const nest = await startNest(t, path.dirname(first))
  nest.must(`dpkg -i ${inside(first)} && systemctl disable --now flatrun-cluster`)
  nest.must(`dpkg -i ${inside(second)}`)
  assert.equal(nest.run('systemctl is-enabled flatrun-cluster').out.trim(), 'disabled')
  assert.equal(nest.run('systemctl is-active flatrun-cluster').out.trim(), 'inactive')
})

test('the manual is free of faults', { skip: has('man') ? false : 'man is not here' }, () => {
  const manual = path.join(import.meta.dirname, '..', '..', 'docs', 'flatrun-cluster.8')
  const { stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', manual], {
    encoding: 'utf8',
    env: { ...process.env, MANPAGER: 'cat' }
  })
  assert.equal(stderr, '')
})

function has(tool: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
}

function whyNoDeb(): string | false {
  if (!process.env.END_TO_END) return 'takes a minute: .ci/run runs it, with END_TO_END=1'
  return has('dpkg-deb') && process.platform === 'linux' ? false : 'dpkg-deb is not here'
}
