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
  for (const command of ['check', 'wait']) {
    assert.deepEqual(await servers(`${command} @us,stage-2`, peers), ['db-3', 'stage-2'])
    assert.deepEqual(await servers(`${command} @us STAGE-2`, peers), ['db-3', 'stage-2'])
    assert.deepEqual(await servers(`${command} all --on @eu,@us --not 'db-*'`, peers), ['stage-2'])
    assert.deepEqual(await servers(`${command} --not @us`, peers), ['stage-2'])
  }
})

test('who is waited for until it is gone is meant as at the beginning', async (t) => {
  const { web, cli } = await fleet(t)
  let removal: Promise<unknown> | undefined
  const onLine = (line: string) => {
    if (line.startsWith('> GET /api/cluster/peers')) removal ??= web.call('DELETE', '/api/cluster/peers/db-3')
  }
  const { code, err } = await cli('wait --for gone @us --verbose', { onLine })
  assert.equal(code, 0, err)
  await removal
  assert.equal((await cli('wait --for gone @us')).code, 2)
})

test('what cannot be waited for is said at once', async (t) => {
  const { cli } = await fleet(t)
  for (const words of ['--for up WEB-1', '--for ready db-3', '--for gone', '--for down --count 2', '--count x']) {
    const { code, err } = await cli(`wait ${words} --timeout 1h`)
    assert.equal(code, 2, `${words}: ${err}`)
  }
  const hours = [1, 2, 3, 4].values()
  const now = () => (hours.next().value ?? 5) * 3_600_000
  assert.match((await cli('wait --for up web-9 --timeout 1h', { now })).err, /within 1h: web-9 is no peer/)
})

test('keys are changed with all that are meant, and who cannot be reached stops nobody', async (t) => {
  const { stage, cli } = await fleet(t)
  assert.equal((await cli('rotate')).code, 2)
  assert.equal((await cli('rotate db-9')).code, 5)
  const one = await cli('rotate DB-3')
  assert.deepEqual([one.code, one.out], [0, 'the keys between this server and db-3 are new, both ways'])
  await stage.stop()
  const { code, out, err } = await cli('rotate all')
  assert.equal(code, 1)
  assert.equal(out, 'the keys between this server and db-3 are new, both ways')
  assert.match(err, /^stage-2: /)
  const several = await cli('rotate all --json')
  assert.deepEqual(JSON.parse(several.out), { rotated: ['db-3'], failed: ['stage-2'] })
  assert.equal(JSON.parse((await cli('rotate @us --json')).out).peer, 'db-3')
})

test('silences are of the servers that are meant', async (t) => {
  const { web, cli } = await fleet(t)
  const silenced = async () => {
    const { body } = await web.call('GET', '/api/alerts')
    for (const { id } of body.silences) await web.call('DELETE', `/api/alerts/silences/${id}`)
    return body.silences.map(({ server, tag }: { server?: string; tag?: string }) => server ?? tag ?? 'all')
  }
  for (const [words, meant] of [
    ['web-1 2h', ['web-1']],
    ['web-1,DB-3 2h', ['web-1', 'db-3']],
    ['web-1 db-3 2h', ['web-1', 'db-3']],
    ["'*-*' 2h --not @us", ['web-1', 'stage-2']],
    ['2h --on @prod --on @eu', ['web-1']],
    ['@US 2h', ['US']],
    ['all 2h', ['all']]
  ] as const) {
    const { code, out, err } = await cli(`silence ${words}`)
    assert.equal(code, 0, `${words}: ${err}`)
    assert.equal(out.split('\n').length, meant.length, out)
    assert.deepEqual((await silenced()).toSorted(), [...meant].toSorted(), words)
  }
  for (const words of ['@prd 2h', 'web-1,nobody 2h', '2h', 'web-1', "'w*9' 2h", 'web-1,db-3 2h --everywhere'])
    assert.equal((await cli(`silence ${words}`)).code, 2, words)
  assert.deepEqual(await silenced(), [])
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
    'logs shop',
    'check',
    'wait --timeout 1h',
    'silence 2h',
    'rotate'
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
