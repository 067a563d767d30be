import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { join, sees, startNode } from '../daemon.ts'
import { createCli } from './world.ts'

/** Three servers that tell their tags; the commands are given to the first. */
async function fleet(t: TestContext) {
  const tagged = (name: string, tags: string[]) => startNode(t, { name, config: { 'cluster.tags': tags } })
  const web = await tagged('web-1', ['prod', 'eu'])
  const [stage, db] = await Promise.all([tagged('stage-2', ['stage', 'eu']), tagged('db-3', ['prod', 'us'])])
  for (const node of [stage, db]) {
    assert.equal((await join(web, node)).status, 200)
    await sees(web, node.name, 'online')
  }
  return { web, stage, db, cli: createCli(t, { node: web }) }
}

test('every command that takes servers takes them in the same words', async (t) => {
  const { cli } = await fleet(t)
  const servers = async (words: string, list: (answer: never) => string[]) => {
    const { code, out, err } = await cli(`${words} --json`)
    assert.equal(code, 0, err)
    return list(JSON.parse(out) as never)
  }
  const entries = ({ servers }: { servers: object }) => Object.keys(servers)
  const peers = ({ peers }: { peers: { name: string }[] }) => peers.map(({ name }) => name)
  for (const command of ['deployments', 'ps', 'stats']) {
    assert.deepEqual(await servers(`${command} --on @prod,@stage --on @eu --not stage-2`, entries), ['web-1'])
    assert.deepEqual(await servers(`${command} --not @us`, entries), ['stage-2', 'web-1'])
    assert.deepEqual(await servers(`${command} --on db-3`, entries), ['db-3'])
  }
  for (const command of ['peers', 'status']) {
    assert.deepEqual(await servers(`${command} --on @prod`, peers), ['db-3'])
    assert.deepEqual(await servers(`${command} --on all --not @us`, peers), ['stage-2'])
  }
  assert.deepEqual(await servers('check @us,stage-2', peers), ['db-3', 'stage-2'])
})

test('what means nobody ends with 2 in every command, and nothing is done', async (t) => {
  const { cli, db } = await fleet(t)
  const before = db.daemon.events.since(0).length
  for (const command of [
    'ps',
    'stats',
    'peers',
    'status',
    'events',
    'restart shop',
    'deployment stop shop',
    'logs shop'
  ])
    for (const words of ['@prd', 'w*9', 'web-1 --on db-3', '@eu --not @eu', 'web-1,', 'all --not db-9']) {
      const { code, err } = await cli(`${command} --on ${words}`)
      assert.equal(code, 2, `${command} --on ${words}: ${code} ${err}`)
    }
  assert.equal(db.daemon.events.since(0).length, before)
  assert.equal((await cli('check db-9')).code, 5)
})

test('more servers than were named are shown before anything changes, and a person is asked', async (t) => {
  const { web, cli, db } = await fleet(t)
  const claimed = await cli('restart shop --on @us')
  assert.equal(claimed.code, 2)
  assert.match(claimed.err, /us is only what db-3 says of itself/)
  for (const name of ['db-3', 'stage-2'])
    await web.call('PUT', `/api/cluster/peers/${name}/tags`, { tags: name === 'db-3' ? ['prod', 'us'] : ['eu'] })
  const acted = () => db.daemon.events.since(0).filter(({ type }) => type === 'deployment.action').length
  const no = await cli('restart shop --on @prod', { answers: ['n'] })
  assert.equal(no.code, 1)
  assert.match(no.err, /restart shop on web-1, db-3/)
  assert.equal(acted(), 0)
  const yes = await cli('deployment stop shop --on @us --yes', { answers: [] })
  assert.match(yes.err, /stop shop on db-3/)
  assert.equal(acted(), 1)
  assert.doesNotMatch((await cli('restart shop --on db-3')).err, /restart shop on/, 'a name was said already')
})

test('what is done on one server says so where several are meant', async (t) => {
  const { cli } = await fleet(t)
  for (const command of ['logs shop', 'deployment list', 'deployment info shop']) {
    const { code, err } = await cli(`${command} --on @prod`)
    assert.equal(code, 2)
    assert.match(err, /several servers: web-1, db-3/)
  }
  const one = await cli('deployment list --on @us --json')
  assert.equal(one.code, 0, one.err)
})

test('tags of peers are shown and set, several at a time', async (t) => {
  const { cli } = await fleet(t)
  const set = await cli('tag db-3 +core +old --json')
  assert.deepEqual(JSON.parse(set.out).peers[0].own_tags, ['core', 'old'])
  assert.match((await cli('tag DB-3 +Core -old')).out, /db-3 +Core +prod, us/)
  assert.equal((await cli('tag @eu,db-3 +all-of-them')).code, 0)
  assert.match((await cli('tag @all-of-them')).out, /db-3 +Core, all-of-them[\s\S]*stage-2 +all-of-them +stage, eu/)
  for (const words of ['db-3 core', 'db-3 +', 'web-1 +prod', '@prd +x', "db-3 '+a b'"])
    assert.notEqual((await cli(`tag ${words}`)).code, 0, words)
  assert.equal((await cli('tag web-9 +prod')).code, 5)
})
