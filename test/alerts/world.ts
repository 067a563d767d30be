import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setImmediate as written } from 'node:timers/promises'
import { Value } from 'typebox/value'
import { createAlerts } from '../../src/alerts/alerts.ts'
import type { ServerFacts } from '../../src/alerts/findings/facts.ts'
import { reasonOf } from '../../src/cluster/liveness/reason.ts'
import { type AlertMessage, Alerts, type WaitingAlert } from '../../src/schemas/alerts/alert.ts'
import type { Incident } from '../../src/schemas/alerts/incident.ts'
import type { Silence } from '../../src/schemas/alerts/silence.ts'
import { createWorld, spec } from '../cluster/world.ts'

export const HOOK = { type: 'webhook' as const, name: 'hook', url: 'http://hook.test/secret-path' }

/** The section `alerts` with its defaults. */
export function alertConfig(written: Partial<Alerts> = {}): Alerts {
  const whole: unknown = Value.Default(Alerts, { ...structuredClone(written) })
  if (!Value.Check(Alerts, whole)) throw new Error('the section has no default where it needs one')
  return whole
}

/** As the store has it: a record is there only once it is on disk, and what is not there is not taken out. */
const tableOf = <T extends { id: string }>(records: Map<string, T>) => ({
  all: () => [...records.values()],
  get: (id: string) => records.get(id),
  async put(one: T) {
    await written()
    records.set(one.id, one)
  },
  async delete(id: string) {
    if (!records.has(id)) return false
    await written()
    return records.delete(id)
  }
})

interface AlertWorldOptions {
  config?: Partial<Alerts>
  incidents?: Incident[]
  refusing?: string
  peers?: readonly string[]
  tags?: Record<string, string[]>
}

/** Five peers on a moved clock, and a target that keeps what it is sent. */
export function createAlertWorld(t: TestContext, options: AlertWorldOptions = {}) {
  const { peers = ['a', 'b', 'c', 'd', 'e'] } = options
  const world = createWorld(t)
  const sent: AlertMessage[] = []
  const kept = new Map((options.incidents ?? []).map((incident) => [incident.id, incident]))
  const waiting = new Map<string, WaitingAlert>()
  const silences = new Map<string, Silence>()
  /** What servers tell of themselves; who is not here tells nothing. */
  const facts = new Map<string, ServerFacts>()
  const failing = { times: 0 }
  const failingBeats = { times: 0 }
  const beats: string[] = []
  let tries = 0
  const start = () =>
    createAlerts({
      config: alertConfig({ targets: [HOOK], ...options.config }),
      server: () => 'here',
      events: world.events,
      cluster: world.cluster,
      reasonOf,
      look: async function* () {
        yield* facts.values()
      },
      tagsOf: (id) => options.tags?.[id] ?? [],
      isMember: (id) => peers.includes(id),
      clock: world.clock,
      onFault: (fault) => world.faults.push(fault),
      store: tableOf(kept),
      waiting: tableOf(waiting),
      silences: tableOf(silences),
      beat: async (url) => {
        if (failingBeats.times-- > 0) throw new Error('It answered with status 404')
        beats.push(url)
      },
      send: async (_, message) => {
        tries++
        if (failing.times-- > 0) throw new Error('It answered with status 500')
        sent.push(message)
      }
    })
  let alerts = start()
  t.after(() => {
    alerts.close()
    assert.deepEqual(world.faults, [])
  })
  const restart = () => {
    alerts.close()
    alerts = start()
  }
  if (options.refusing) world.behave(options.refusing, 'refused')
  world.cluster.start(peers.map((name) => spec(name)))
  const down = (id: string) => {
    world.behave(id, 'refused')
    world.cluster.reportFailure(id)
  }
  const up = (id: string) => {
    world.behave(id, 'up')
    world.cluster.reportContact(id)
  }
  return {
    ...world,
    sent,
    titles: () => sent.map(({ title }) => title),
    kept,
    waiting,
    silences,
    facts,
    failing,
    failingBeats,
    beats,
    alerts: () => alerts,
    restart,
    down,
    up,
    tries: () => tries
  }
}
