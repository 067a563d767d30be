import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import type { NetworkInterfaceInfo } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { howToBeReached, isLoopback, ownAddresses, ownReach } from '../../src/cli/agent/addresses.ts'
import { createAdmin } from '../admin/world.ts'
import { homeAndHub } from '../cluster/reach/world.ts'
import { sees, startNode, temporaryFolder } from '../daemon.ts'
import { createCli } from './world.ts'

test('an invite that only this machine can use says so, and how to be reached', async (t) => {
  const near = await startNode(t, { name: 'web-1' })
  const { code, out, err } = await createCli(t, { node: near })('invite')
  assert.equal(code, 0)
  assert.match(out, /^frc1\.\S+$/)
  assert.match(err, new RegExp(`note: only this machine reaches the address in it, ${near.url}`))
  assert.match(err, /config set api\.host=0\.0\.0\.0 cluster\.advertise_url=http:/)

  const far = await startNode(t, { name: 'web-2', config: { 'cluster.advertise_url': 'http://192.0.2.10:8090' } })
  assert.doesNotMatch((await createCli(t, { node: far })('invite')).err, /only this machine/)
})

test('the first join of two fresh servers is told that the invite leads back to itself', async (t) => {
  const port = 40_000 + (process.pid % 20_000)
  // Both have the address of a fresh package; the inviter is gone from it before the joiner takes it.
  const inviter = await startNode(t, { name: 'web-1', config: { 'api.port': port } })
  const { out: token } = await createCli(t, { node: inviter })('invite')
  await inviter.stop()
  const joiner = await startNode(t, { name: 'web-2', config: { 'api.port': port } })
  const { code, err } = await createCli(t, { node: joiner })(`join ${token}`)
  assert.equal(code, 1)
  assert.match(err, /the address in this invite, http:\S+, is that of this server itself/)
  assert.match(err, /→ On web-1, make it reachable first: .*; then make a new invite there/)
  assert.doesNotMatch(err, /expired/)
})

test('a server behind NAT is said to dial out, and not to be reached at its loopback address', async (t) => {
  const { home, hub } = await homeAndHub(t)
  await sees(home, 'hub', 'online')
  const status = await createCli(t, { node: home })('status')
  assert.match(status.out, /^it dials out: hub asks it over connections that it opens; it has no address of its own$/m)
  assert.doesNotMatch(status.out, /others reach it/)
  const doctor = await createCli(t, { node: home })('doctor')
  assert.match(doctor.out, /✓ address {2}it dials out: hub asks it/)
  assert.match((await createCli(t, { node: hub })('status')).out, new RegExp(`^others reach it at ${hub.url}$`, 'm'))
})

test('what is known of how others reach a server is said in one sentence', () => {
  const dialled = { name: 'web-2', reach_back: 'direct', url: 'http://192.0.2.2:8090' }
  const neighbour = { ...dialled, url: 'http://127.0.0.1:8094' }
  const linked = { name: 'hub', reach_back: 'reverse' }
  const words = (url: string, ...peers: Record<string, unknown>[]) => {
    const { works, words } = ownReach(url, peers)
    return `${works ? 'works' : 'not yet'}: ${words}`
  }
  const [own, far] = ['http://127.0.0.1:8090', 'http://192.0.2.10:8090']
  assert.equal(words(''), 'not yet: others do not reach it: it has no address')
  assert.equal(words(own), `not yet: only this machine reaches it, at ${own}`)
  assert.equal(words(own, dialled), `not yet: only this machine reaches it, at ${own}`)
  assert.equal(words(own, dialled, neighbour), `works: others reach it at ${own}`)
  assert.equal(words(far), `works: others reach it at ${far}`)
  assert.equal(words(far, dialled), `works: others reach it at ${far}`)
  assert.equal(
    words(far, dialled, linked),
    `works: others reach it at ${far}; hub asks it over connections that it opens`
  )
  assert.equal(words(far, linked), `works: it dials out: hub asks it over connections that it opens, and not at ${far}`)
  for (const url of ['', own])
    assert.equal(
      words(url, linked, { ...linked, name: 'hub-2' }),
      'works: it dials out: hub, hub-2 ask it over connections that it opens; it has no address of its own'
    )
})

test('the addresses that are proposed are those that other servers may know', () => {
  const at = (address: string, family: 'IPv4' | 'IPv6', internal = false): NetworkInterfaceInfo =>
    ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as NetworkInterfaceInfo
  const found = ownAddresses({
    lo: [at('127.0.0.1', 'IPv4', true)],
    docker0: [at('172.17.0.1', 'IPv4')],
    eth0: [at('fe80::1', 'IPv6'), at('2001:db8::5', 'IPv6'), at('192.0.2.10', 'IPv4')]
  })
  assert.deepEqual(found, ['192.0.2.10', '[2001:db8::5]'])
  assert.match(howToBeReached('https://127.0.0.1:8443', found), /advertise_url=https:\/\/192\.0\.2\.10:8443 /)
  assert.deepEqual(
    ['http://127.0.0.1:1', 'http://[::1]:1', 'https://localhost', 'http://a.localhost', 'http://10.0.0.1'].map(
      isLoopback
    ),
    [true, true, true, true, false]
  )
})

test('config set changes what it is told, keeps comments, owner and mode, and takes all or nothing', async (t) => {
  const file = path.join(temporaryFolder(t), 'config.yml')
  writeFileSync(file, '# ours\napi:\n  # where\n  host: 127.0.0.1\n', { mode: 0o640 })
  const admin = createAdmin(t, temporaryFolder(t))
  const done = await admin(`config set api.host=0.0.0.0 cluster.advertise_url=http://192.0.2.10:8090 --config ${file}`)
  assert.equal(done.code, 0, done.err)
  const text = readFileSync(file, 'utf8')
  assert.equal(text, '# ours\napi:\n  # where\n  host: 0.0.0.0\ncluster:\n  advertise_url: http://192.0.2.10:8090\n')
  assert.equal(statSync(file).mode & 0o777, 0o640)
  for (const wrong of ['api.port=x', 'api.prt=1', 'api.port'])
    await assert.rejects(admin(`config set api.host=::1 ${wrong} --config ${file}`), { exitCode: 64 })
  assert.equal(readFileSync(file, 'utf8'), text)
  await assert.rejects(admin('config set api.port=1'), { exitCode: 66 })
})
