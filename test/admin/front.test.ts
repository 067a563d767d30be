import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { loadConfig } from '../../src/config/config.ts'
import { temporaryFolder } from '../daemon.ts'
import { createAdmin } from './world.ts'

const THEIRS = `# written by FlatRun's installer
deployments_path: /opt/flatrun/deployments
api:
  host: 0.0.0.0
  port: 8090 # as everywhere
  enable_cors: true
  allowed_origins: ["*"]
auth:
  enabled: true
  jwt_secret: theirs-0123456789abcdef0123456789
nginx: { enabled: true }
cluster: { enabled: true, server_name: web-1 }
`

function world(t: TestContext, theirs = THEIRS) {
  const folder = temporaryFolder(t)
  const [flatrun, ours] = [path.join(folder, 'flatrun.yml'), path.join(folder, 'ours.yml')]
  writeFileSync(flatrun, theirs, { mode: 0o640 })
  writeFileSync(ours, '# ours\napi: { port: 8094 }\n', { mode: 0o600 })
  const admin = createAdmin(t, temporaryFolder(t))
  const front = (more = '--yes') => admin(`front --flatrun-config ${flatrun} --config ${ours} ${more}`)
  return { flatrun, ours, front, text: (file: string) => readFileSync(file, 'utf8') }
}

test('this agent takes the place of FlatRun’s, which gets another port, and every step is told', async (t) => {
  const { flatrun, ours, front, text } = world(t)
  const { code, out, err } = await front()
  assert.equal(code, 0, err)
  const [theirs, own] = [parse(text(flatrun)), parse(text(ours))]
  assert.deepEqual([theirs.api.host, theirs.api.port, theirs.cluster.enabled], ['127.0.0.1', 8092, false])
  assert.match(text(flatrun), /# written by FlatRun's installer/)
  assert.deepEqual(theirs.auth.api_keys, [own.flatrun.api_key])
  assert.deepEqual([own.api.host, own.api.port, own.flatrun.url], ['0.0.0.0', 8090, 'http://127.0.0.1:8092'])
  assert.deepEqual(
    [own.cluster, own.deployments_path],
    [{ server_name: 'web-1', enabled: true }, '/opt/flatrun/deployments']
  )
  assert.equal(loadConfig({ file: ours, env: {} }).flatrun?.apiKey, own.flatrun.api_key)
  for (const step of ['api.port: 8092', 'cluster.enabled: false', 'flatrun.url', 'restart flatrun-agent'])
    assert.ok(out.includes(step), step)
  assert.ok(!`${out}${err}`.includes(own.flatrun.api_key), 'the key is shown to nobody')
  assert.equal(text(`${flatrun}.before-front`), THEIRS)
  assert.equal(statSync(flatrun).mode & 0o777, 0o640)
})

test('FlatRun’s admin key is not written where every user could read it', async (t) => {
  const { flatrun, ours, front, text } = world(t)
  chmodSync(ours, 0o644)
  await assert.rejects(front(), { exitCode: 64, message: /every user of this machine can read .*ours\.yml/ })
  assert.equal(text(flatrun), THEIRS)
})

test('--undo brings back what was changed, and keeps what FlatRun has saved since', async (t) => {
  const { flatrun, ours, front, text } = world(t)
  const before = text(ours)
  await front()
  writeFileSync(flatrun, `${text(flatrun)}saved_since: 1\n`)
  const { code, err } = await front('--undo --yes')
  assert.equal(code, 0, err)
  assert.deepEqual(parse(text(flatrun)), { ...parse(THEIRS), saved_since: 1 })
  assert.deepEqual(parse(text(ours)).api, parse(before).api)
  assert.equal(loadConfig({ file: ours, env: {} }).flatrun, undefined)
  assert.ok(!existsSync(`${flatrun}.before-front`))
  await ends(front('--undo --yes'), 66)
})

test('--undo takes out the key of this agent, and no other', async (t) => {
  const { flatrun, front, text } = world(t, THEIRS.replace('jwt_secret', 'api_keys: [first]\n  jwt_secret'))
  await front()
  const theirs = parse(text(flatrun))
  writeFileSync(
    flatrun,
    stringify({ ...theirs, auth: { ...theirs.auth, api_keys: [...theirs.auth.api_keys, 'later'] } })
  )
  await front('--undo --yes')
  assert.deepEqual(parse(text(flatrun)).auth.api_keys, ['first', 'later'])
})

test('a section that holds only a comment is filled, and one that cannot be changed leaves all as it was', async (t) => {
  const empty = world(t, 'api: { port: 8090 }\nauth:\n  # nothing yet\n')
  assert.equal((await empty.front()).code, 0)
  assert.equal(parse(empty.text(empty.flatrun)).auth.api_keys.length, 1)

  const alias = world(t, 'shared: &api { port: 8090 }\napi: *api\n')
  const before = [alias.text(alias.flatrun), alias.text(alias.ours)]
  await ends(alias.front(), 78, /cannot be changed here/)
  assert.deepEqual([alias.text(alias.flatrun), alias.text(alias.ours)], before)
  assert.ok(!existsSync(`${alias.ours}.before-front`))
})

test('nothing is changed before somebody agreed, twice, or where it would be wrong', async (t) => {
  const { flatrun, ours, front, text } = world(t)
  const before = [text(flatrun), text(ours)]
  const same = (why: string) => assert.deepEqual([text(flatrun), text(ours)], before, why)
  assert.equal((await front('--dry-run')).code, 0)
  same('a dry run')
  await ends(front(''), 64)
  same('nobody to ask')
  await ends(front('--yes --port 8090'), 64)
  same('the same port')
  writeFileSync(ours, 'api: { prot: 1 }\n')
  await ends(front(), 64)
  assert.equal(text(flatrun), before[0], 'a config of ours with a fault')
  assert.ok(!existsSync(`${flatrun}.before-front`))
})

test('a FlatRun that lets in anybody is not stood in front of', async (t) => {
  const { front } = world(t, 'auth: { enabled: false }\n')
  await ends(front(), 78, /auth\.enabled is false/)
})

const ends = (run: Promise<unknown>, exitCode: number, message = /./) => assert.rejects(run, { exitCode, message })
