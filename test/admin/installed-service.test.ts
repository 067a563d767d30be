import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { findInstalledService } from '../../src/admin/installed-service.ts'
import { openStore } from '../../src/store/store.ts'
import { unitFile } from '../../src/systemd/unit.ts'
import { temporaryFolder } from '../daemon.ts'
import { createAdmin } from './world.ts'

/** A machine's files under a folder of its own. */
function machine(t: TestContext, files: Record<string, string> = {}) {
  const root = temporaryFolder(t)
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return root
}

const unit = (config: string) => unitFile({ program: ['/usr/bin/node', '/opt/flatrun-cluster.js'], config })
const CONFIG = 'etc/flatrun-cluster/config.yml'

async function store(folder: string) {
  mkdirSync(folder, { recursive: true })
  const opened = await openStore({ folder, secrets: ['a-secret-of-thirty-two-characters!'] })
  opened.close()
  writeFileSync(path.join(folder, 'secret'), 'kept-secret\n')
}

test('a backup is restored into the service of this machine, and not into the folder one stands in', async (t) => {
  const root = machine(t, { [CONFIG]: 'cluster: { enabled: true }' })
  const cwd = temporaryFolder(t)
  const elsewhere = temporaryFolder(t)
  await store(elsewhere)
  const admin = createAdmin(t, root, { cwd })
  const kept = await admin(`backup kept.backup --data-path ${elsewhere}`)
  assert.equal(kept.code, 0, kept.err)
  assert.match(kept.out, /, from --data-path /)

  const { code, out, err } = await admin(`restore kept.backup`)
  assert.equal(code, 0, err)
  const service = path.join(root, 'var/lib/flatrun-cluster')
  assert.match(out, new RegExp(`is restored into ${service}$`))
  assert.match(err, /data path: .* \(.*config\.yml \(the installed service\)\)/)
  assert.ok(existsSync(path.join(service, 'cluster.db')))
  assert.deepEqual(readdirSync(cwd), ['kept.backup'])
})

test('a flag stands above a variable, a variable above the service, and the service above the folder', async (t) => {
  const root = machine(t, { 'etc/systemd/system/flatrun-cluster.service': unit(CONFIG) })
  const cwd = temporaryFolder(t)
  const places = ['flag', 'variable', 'data'].map((name) => path.join(cwd, name))
  const [flag = '', variable = ''] = places
  for (const folder of [...places, path.join(root, 'var/lib/flatrun-cluster')]) await store(folder)
  writeFileSync(path.join(root, 'named.yml'), 'cluster: { enabled: true }')
  const took = async (words: string, env = {}, where = root) => {
    const { out, err } = await createAdmin(t, where, { cwd, env })(`backup ${words}`)
    return / of (.*), from/.exec(out)?.[1] ?? err
  }
  const env = { FLATRUN_DATA_PATH: variable }
  assert.equal(await took(`a --data-path ${flag}`, env), flag)
  assert.equal(await took('b', env), variable)
  // The unit of this test names a config that is not there under its root.
  writeFileSync(path.join(root, 'etc/systemd/system/flatrun-cluster.service'), unit(path.join(root, 'named.yml')))
  assert.equal(await took('c'), path.join(root, 'var/lib/flatrun-cluster'))
  assert.equal(await took('d', {}, temporaryFolder(t)), path.join(cwd, 'data'))
})

test('config check and config print without a file are about the service, with its credentials', async (t) => {
  const root = machine(t, {
    [CONFIG]: 'cluster: { enabled: true, server_name: web-1 }',
    'etc/flatrun-cluster/credentials/auth.api_keys': 'a-key-of-more-than-thirty-two-characters'
  })
  const admin = createAdmin(t, root)
  assert.equal((await admin('config check')).out, `${path.join(root, CONFIG)} (the installed service): right`)
  const { out, err } = await admin('config print --origin')
  assert.equal(err, `config: ${path.join(root, CONFIG)} (the installed service)`)
  assert.equal(parse(out).cluster.server_name, 'web-1')
  assert.match(out, /credential auth\.api_keys/)
  assert.equal(parse(out).data_path, path.join(root, 'var/lib/flatrun-cluster'))
  writeFileSync(path.join(root, CONFIG), 'cluster: { enabeld: true }')
  assert.equal((await admin('config check')).code, 78)
})

test('the unit says which config counts, and what an operator added to it counts too', (t) => {
  const root = machine(t, {
    'usr/lib/systemd/system/flatrun-cluster.service': unit('/etc/flatrun cluster/100%.yml'),
    'etc/systemd/system/flatrun-cluster.service.d/port.conf':
      '[Service]\nEnvironment=FLATRUN_API__PORT=9000 "FLATRUN_CLUSTER__SERVER_NAME=web one"\n'
  })
  const found = findInstalledService(root)
  assert.equal(found?.config, '/etc/flatrun cluster/100%.yml')
  assert.equal(found?.env.FLATRUN_API__PORT, '9000')
  assert.equal(found?.env.FLATRUN_CLUSTER__SERVER_NAME, 'web one')
})

test('a package that was removed leaves its config and data, and they are found', (t) => {
  const root = machine(t, { [CONFIG]: '' })
  mkdirSync(path.join(root, 'etc/systemd/system'), { recursive: true })
  symlinkSync('/dev/null', path.join(root, 'etc/systemd/system/flatrun-cluster.service'))
  assert.equal(findInstalledService(root)?.config, path.join(root, CONFIG))
  assert.equal(findInstalledService(machine(t)), undefined)
})
