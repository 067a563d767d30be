import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { dataPathFinding } from '../../src/cli/commands/doctor/doctor-local.ts'
import { startNode, temporaryFolder, until } from '../daemon.ts'
import { frontWorld } from '../http/front/world.ts'
import { createCli } from './world.ts'

test('the doctor tells of a reload that was refused, until one is taken', async (t) => {
  const node = await startNode(t)
  const cli = createCli(t, { node })
  node.daemon.events.publish({
    type: 'config.reloaded',
    reason: 'the config was read again and refused; the old one counts: config.yml:3:3: api.prt: unknown key',
    facts: { refused: true }
  })
  const refused = await cli('doctor')
  assert.equal(refused.code, 6)
  assert.match(
    refused.out,
    /✗ config {2}the config was read again and refused.*api\.prt.*\n {2}→ flatrun-cluster config check/
  )
  node.daemon.events.publish({ type: 'config.reloaded', reason: 'logging.level' })
  assert.doesNotMatch((await cli('doctor')).out, /✗ config/)
})

test('the doctor beside its agent tells of a folder of deployments that is not there, and of the data path', async (t) => {
  const folder = temporaryFolder(t)
  const deployments = path.join(folder, 'nowhere')
  await startNode(t, { folder, config: { 'auth.api_keys': [], deployments_path: deployments } })
  const { out } = await createCli(t, { cwd: folder })('doctor')
  assert.match(out, new RegExp(`there is no ${deployments}|${deployments}.*(no such|does not exist|missing)`))
  assert.match(out, /✓ data path {2}.*data, .* free/)
  assert.equal(out.match(/^. deployments/gm)?.length, 1, out)
})

test('the doctor tells how FlatRun behind the agent is', async (t) => {
  const { node, flatrun } = await frontWorld(t)
  const cli = createCli(t, { node })
  assert.match((await cli('doctor')).out, /✓ flatrun {2}its agent behind this one answers/)
  await flatrun.stop()
  await node.call('GET', '/api/deployments/shop')
  const { code, out } = await until(async () => {
    const said = await cli('doctor')
    return said.out.includes('✗ flatrun') && said
  }, 'the fault')
  assert.equal(code, 6)
  assert.match(out, /✗ flatrun {2}the connection was .*\n {2}→ Look at its service/)
})

test('a data path that is gone is a fault', (t) => {
  const { verdict, detail } = dataPathFinding(path.join(temporaryFolder(t), 'gone'))
  assert.equal(verdict, 'fault')
  assert.match(detail, /gone cannot be used: ENOENT/)
})
