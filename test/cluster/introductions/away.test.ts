import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClock } from '../../clock.ts'
import { type TestNode, until } from '../../daemon.ts'
import { introductionsOf, joinAll, named, peersOf } from './world.ts'

const DAY_MS = 86_400_000

test('who was away for three days when others were introduced joins them when it is back', async (t) => {
  const clock = createClock()
  const [door, b] = [await named(t, 'door', { clock }), await named(t, 'b', { clock })]
  /** Lets time pass while requests are under way. */
  const passing = <T>(look: () => Promise<T | undefined | false>, what: string) =>
    until(async () => {
      await clock.advance(100)
      return look()
    }, what)
  const online = async (node: TestNode, count: number) =>
    (await peersOf(node)).filter(({ state }) => state === 'online').length === count

  await joinAll(door, b)
  await passing(async () => (await online(door, 1)) && (await online(b, 1)), 'b at the door')
  await b.stop()
  const c = await named(t, 'c', { clock })
  await joinAll(door, c)
  const waits = async () => (await introductionsOf(c)).some(({ state }: { state: string }) => state === 'waiting')
  await passing(waits, 'c trying in vain')

  clock.stall(3 * DAY_MS)
  await passing(waits, 'c trying still')
  assert.equal((await peersOf(c)).length, 1)
  const again = await named(t, 'b', { clock, folder: b.folder, config: { 'api.port': Number(new URL(b.url).port) } })
  await passing(async () => (await online(again, 2)) && (await online(c, 2)) && (await online(door, 2)), 'all of them')
  const who = (await peersOf(again)).find(({ name }) => name === 'c')
  assert.equal(who?.introduced_by, 'door')
})
