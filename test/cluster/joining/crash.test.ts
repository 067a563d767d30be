import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startNode, type TestNode, until } from '../../daemon.ts'
import { createVictim, type Victim } from '../victim.ts'

/** Few here, so that a run stays short; `.ci/run` asks for more, and `.ci/extra/crash.sh` for many. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 6)

test('a join that either side is killed in ends in both joined or both not, and spends no invite for nothing', async (t) => {
  const survivor = await startNode(t, { name: 'survivor' })
  const victim = await createVictim(t, 'victim')
  await victim.start()
  const outcomes = { joined: 0, neither: 0 }
  const lasts = await oneJoin(survivor, victim)

  for (let round = 0; round < ROUNDS; round++) {
    const [inviter, joiner] = round % 2 ? [survivor, victim] : [victim, survivor]
    const { body: invite } = await inviter.call('POST', '/api/cluster/invite')
    const after = Math.random() * lasts * 1.2
    const accept = { invite_token: invite.invite_token, skip_checks: true }
    const accepted = joiner.call('POST', '/api/cluster/accept', accept).catch(() => undefined)
    await wait(after)
    await victim.kill()
    await accepted
    await victim.start()

    const outcome = await until(
      () => settled(inviter, joiner, invite.id),
      `round ${round}, killed after ${after.toFixed(1)} ms: an agreement`
    )
    outcomes[outcome] += 1
    if (outcome === 'joined') await inviter.call('DELETE', `/api/cluster/peers/${joiner.name}`)
    else await inviter.call('DELETE', `/api/cluster/invites/${invite.id}`)
    await until(async () => (await peersOf(inviter)).length === 0, 'the inviter forgetting')
    await until(async () => (await leave(joiner, inviter.name)).length === 0, 'the joiner forgetting')
  }

  t.diagnostic(`${outcomes.joined} joined, ${outcomes.neither} not`)
  assert.equal(outcomes.joined + outcomes.neither, ROUNDS)
})

test('a removal that either side is killed in ends with the peer gone on one side and told on the other', async (t) => {
  const survivor = await startNode(t, { name: 'survivor' })
  const victim = await createVictim(t, 'victim')
  await victim.start()

  for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
    const { body: invite } = await survivor.call('POST', '/api/cluster/invite')
    await victim.call('POST', '/api/cluster/accept', { invite_token: invite.invite_token })
    const [remover, other] = round % 2 ? [survivor, victim] : [victim, survivor]
    const removing = remover.call('DELETE', `/api/cluster/peers/${other.name}`).catch(() => undefined)
    await wait(Math.random() * 20)
    await victim.kill()
    await removing
    await victim.start()

    // Killed before the removal was stored: it did not happen, and is asked for again.
    if ((await peersOf(remover)).length > 0) await remover.call('DELETE', `/api/cluster/peers/${other.name}`)
    assert.deepEqual(await peersOf(remover), [])
    await until(async () => {
      const [left] = await peersOf(other)
      return left === undefined || ['removed', 'rejected'].includes(left.state)
    }, 'the other side knowing')
    await leave(other, remover.name)
  }
})

test('a change of keys that either side is killed in leaves two servers that accept each other', async (t) => {
  const survivor = await startNode(t, { name: 'survivor', config: { 'cluster.health_interval': '1s' } })
  const victim = await createVictim(t, 'victim')
  await victim.start()
  const { body: invite } = await survivor.call('POST', '/api/cluster/invite')
  await victim.call('POST', '/api/cluster/accept', { invite_token: invite.invite_token })
  const pairs = [
    [survivor, 'victim'],
    [victim, 'survivor']
  ] as const

  for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
    const [asking, peer] = round % 2 ? pairs[0] : pairs[1]
    const rotating = asking.call('POST', `/api/cluster/peers/${peer}/rotate`).catch(() => undefined)
    await wait(Math.random() * 40)
    await victim.kill()
    await rotating
    await victim.start()

    for (const [node, other] of pairs) {
      await until(async () => {
        const { body } = await node.call('POST', `/api/cluster/peers/${other}/check`)
        return body.state === 'online' && body.evidence.at(-1).ok
      }, `round ${round}: ${other} accepting the key`)
    }
  }
})

/** How long an undisturbed join lasts here, so that the moments of death fall into it on any machine. */
async function oneJoin(inviter: TestNode, joiner: Victim): Promise<number> {
  const { body } = await inviter.call('POST', '/api/cluster/invite')
  const started = performance.now()
  await joiner.call('POST', '/api/cluster/accept', { invite_token: body.invite_token, skip_checks: true })
  const lasted = performance.now() - started
  await inviter.call('DELETE', `/api/cluster/peers/${joiner.name}`)
  await leave(joiner, inviter.name)
  return lasted
}

async function settled(inviter: Pick<TestNode, 'call'>, joiner: Pick<TestNode, 'call'>, inviteId: string) {
  const [there, here] = await Promise.all([peersOf(inviter), peersOf(joiner)])
  const { body } = await joiner.call('GET', '/api/cluster/joins')
  if (there.some(({ state }) => state === 'online') && here.some(({ state }) => state === 'online')) return 'joined'
  if (there.length + here.length + body.joins.length > 0) return undefined
  const open = (await inviter.call('GET', '/api/cluster/invites')).body.invites
  assert.ok(
    open.some(({ id }: { id: string }) => id === inviteId),
    'the invite was spent for nothing'
  )
  return 'neither'
}

async function peersOf(node: Pick<TestNode, 'call'>): Promise<{ name: string; state: string }[]> {
  return (await node.call('GET', '/api/cluster/peers')).body.peers
}

async function leave(node: Pick<TestNode, 'call'>, peer: string) {
  await node.call('DELETE', `/api/cluster/peers/${peer}`)
  return peersOf(node)
}
