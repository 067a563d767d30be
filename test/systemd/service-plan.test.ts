import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeStep, planInstall, planUninstall, unreachable } from '../../src/systemd/service-plan.ts'

const options = {
  program: ['/usr/bin/node', '/usr/lib/node_modules/flatrun-cluster/dist/flatrun-cluster.js'],
  config: '/etc/flatrun-cluster/config.yml',
  docker: false,
  version: 252
}
const none = () => undefined
/** Of what the operator or this command may have written. */
const inEtc = (text: string) => (file: string) => (file.startsWith('/etc/') ? text : undefined)

test('on a system that has nothing, folder, config and unit come before systemd is told', () => {
  assert.deepEqual(planInstall(options, none).map(describeStep), [
    'make the folder /etc/flatrun-cluster/credentials (mode 700)',
    'write /etc/flatrun-cluster/config.yml',
    'write /etc/systemd/system/flatrun-cluster.service',
    'run systemctl daemon-reload',
    'run systemctl enable flatrun-cluster.service',
    'run systemctl restart flatrun-cluster.service'
  ])
})

test('a config that is there is left alone, and a unit that says the same', () => {
  const unit = planInstall(options, none).find((step) => step.kind === 'file' && step.path.endsWith('.service'))
  assert.ok(unit?.kind === 'file')
  const steps = planInstall(options, (file) => inEtc(file.endsWith('.service') ? unit.text : '')(file))
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['run', 'run', 'run']
  )
})

test('beside a package only a socket is added, and nothing of the package is taken away', () => {
  const packaged = (file: string) => (file === '/usr/lib/systemd/system/flatrun-cluster.service' ? '' : undefined)
  assert.throws(() => planInstall(options, packaged), { exitCode: 64, message: /its own unit.*systemctl edit/ })
  const steps = planInstall({ ...options, socket: '127.0.0.1:80', closed: true }, (file) =>
    file === options.config ? '' : packaged(file)
  )
  assert.deepEqual(steps.map(describeStep).slice(1), [
    'write /etc/systemd/system/flatrun-cluster.socket',
    'run systemctl daemon-reload',
    'run systemctl enable flatrun-cluster.socket flatrun-cluster.service',
    'run systemctl stop flatrun-cluster.service',
    'run systemctl restart flatrun-cluster.socket flatrun-cluster.service'
  ])
  assert.deepEqual(planUninstall(packaged), [])
})

test('a config that only root could read is opened to the user of the service, and that is shown', () => {
  const said = (more: object) => planInstall({ ...options, closed: true, ...more }, inEtc('')).map(describeStep)
  assert.equal(said({})[0], 'let every user read /etc/flatrun-cluster/config.yml')
  assert.equal(said({ user: 'ops' })[0], 'let the group ops read /etc/flatrun-cluster/config.yml')
})

test('with a socket, systemd opens the port', () => {
  const steps = planInstall({ ...options, socket: '127.0.0.1:8090' }, none)
  const socket = steps.find((step) => step.kind === 'file' && step.path.endsWith('.socket'))
  assert.ok(socket?.kind === 'file')
  assert.match(socket.text, /^ListenStream=127\.0\.0\.1:8090$/m)
  assert.equal(describeStep(steps.at(-1)!), 'run systemctl restart flatrun-cluster.socket flatrun-cluster.service')
})

test('a systemd that can open its own socket for us needs no access for others', () => {
  const textAt = (version: number) =>
    planInstall({ ...options, version }, none).find((step) => step.kind === 'file' && step.path.endsWith('.service'))
  assert.match(JSON.stringify(textAt(252)), /NotifyAccess=all/)
  assert.match(JSON.stringify(textAt(253)), /NotifyAccess=main.*OpenFile=/)
})

test('a line break in any word of the unit is refused, and what systemd would read as its own is quoted', () => {
  const evil = 'x\nExecStartPre=/bin/evil'
  for (const given of [
    { config: `/etc/${evil}` },
    { program: ['/usr/bin/node', `/opt/${evil}`] },
    { user: evil },
    { user: 'ops', deployments: `/srv/${evil}` },
    { deployments: '/srv/\0' },
    { deployments: '/srv/"a' },
    { socket: evil }
  ])
    assert.throws(() => planInstall({ ...options, ...given }, none), { exitCode: 64 }, JSON.stringify(given))

  const given = { config: '/etc/a b/100%/$HOME.yml', deployments: '/srv/a b/50%/$HOME', socket: '[fe80::1%eth0]:80' }
  const texts = planInstall({ ...options, ...given }, none).flatMap((step) => (step.kind === 'file' ? step.text : []))
  const all = texts.join('\n')
  assert.match(all, /^ExecStart=.* --config "\/etc\/a b\/100%%\/\$\$HOME\.yml"$/m)
  // Only commands know variables.
  assert.match(all, /^ReadWritePaths=-"\/srv\/a b\/50%%\/\$HOME"$/m)
  assert.match(all, /^ListenStream=\[fe80::1%%eth0\]:80$/m)
})

test('taking it away stops it first, and leaves config, credentials and data', () => {
  const steps = planUninstall((file) => (file.endsWith('.service') ? '' : undefined))
  assert.deepEqual(steps.map(describeStep), [
    'run systemctl disable --now flatrun-cluster.service',
    'remove /etc/systemd/system/flatrun-cluster.service',
    'run systemctl daemon-reload'
  ])
  assert.deepEqual(planUninstall(none), [])
})

test('a program in a home folder is refused, because the unit sees none', () => {
  assert.match(unreachable(['/root/.nvm/versions/node/bin/node', '/usr/lib/x.js']) ?? '', /cannot see \/root\/\.nvm/)
  assert.equal(unreachable(options.program), undefined)
})

test('starting is never given up, and where systemd can it waits longer each time', () => {
  const unitOf = (version: number) =>
    planInstall({ ...options, version }, none).find((step) => step.kind === 'file' && step.path.endsWith('.service'))
  for (const version of [252, 254]) {
    const unit = unitOf(version)
    assert.ok(unit?.kind === 'file')
    assert.match(unit.text, /^StartLimitIntervalSec=0$/m)
    assert.equal(/^RestartSteps=8$/m.test(unit.text), version === 254)
  }
})
