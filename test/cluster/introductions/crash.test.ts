import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../../daemon.ts'
import { createVictim, type Victim } from '../victim.ts'

/** A round takes five times as long as one of a join. Few here; `.ci/run` asks for more, and `.ci/extra/crash.sh` for many. */
const ROUNDS = Math.ceil(Number(process.env.CRASH_ROUNDS ?? 10) / 5)

test('whichever of three servers is killed while two are introduced, both pairs are whole in the end', async (t) => {
  const [door, b] = [await createVictim(t, 'door'), await createVictim(t, 'b')]
  for (const one of [door, b]) await one.start()
  await joinAll(door, b)

  for (let round = 0; round < ROUNDS; round++) {
    const c = await createVictim(t, `c${round}`)
    await c.start()
    const all = [door, b, c]
    await joinAll(door, c)
    await wait(Math.random() * 1_500)
    const killed = all[round % 3]
    assert.ok(killed)
    await killed.kill()
    await killed.start()
    for (const one of all)
      for (const other of all)
        if (one !== other)
          await until(() => accepts(one, other), `round ${round}, ${killed.name} killed: ${one.name} and ${other.name}`)
    await c.kill()
  }
})

async function joinAll(door: Victim, joiner: Victim): Promise<void> {
  const { body } = await door.call('POST', '/api/cluster/invite', { introduce: true, introductions: 'accept' })
  const said = { invite_token: body.invite_token, introductions: 'accept' }
  const { status } = await joiner.call('POST', '/api/cluster/accept', said)
  assert.equal(status, 200)
}

/** It answers, and takes the key that it is asked with. */
async function accepts(node: Victim, other: Victim): Promise<boolean> {
  const { body } = await node.call('POST', `/api/cluster/peers/${other.name}/check`)
  return body.state === 'online' && body.evidence.at(-1).ok
}
