import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { CLOCKS_APART_MS } from '../schemas/clock.ts'
import type { PeerSpec, ProbeAnswer } from '../schemas/health.ts'
import { isRecord } from '../untyped.ts'
import { parseJson } from './answers/json.ts'
import { refusalOf } from './answers/refusal.ts'
import type { Remote } from './client.ts'
import { clockOffset, type TimeTold } from './clock-offset.ts'
import { failure, failureOf, RemoteFailure } from './failure.ts'
import type { PeerTarget, RemoteAnswer } from './target.ts'

export interface ProbeOptions {
  remote: Pick<Remote, 'request'>
  targetOf(id: string): PeerTarget | undefined
  timeoutMs: number
  /** Each how many-th probe also asks a route that needs our key; the first always does. */
  keyCheckEvery?: number
  now?: () => number
}

const HEALTH = '/api/health'
/** One string for all answers that are kept, and not one for each. */
const ASKED_HEALTH = `GET ${HEALTH}`
/** Plain FlatRun answers health to anyone: only this one tells whether our key is still good. */
const AUTHENTICATED = '/api/cluster/status'
const MAX_BYTES = 262_144

const Health = Type.Object({ status: Type.String() })
/** What else may be in it. Ours says more to a key that it knows. */
const Said = {
  version: Type.Object({ version: Type.String() }),
  ownVersion: Type.String({ minLength: 1 }),
  features: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 }),
  nodeId: Type.String({ minLength: 1, maxLength: 64 })
}

/** Asks a peer how it is, and turns the outcome into one answer, also a failure. Never rejects. */
export function createProbe(options: ProbeOptions) {
  const { remote, keyCheckEvery = 10, now = Date.now } = options
  /** How many probes until the key is checked again; 0 while it is known as refused. */
  const untilCheck = new Map<string, number>()

  /** `keyInDoubt`: something else that was asked of it says that our key is refused. */
  return async function probe(spec: PeerSpec, signal: AbortSignal, keyInDoubt = false): Promise<ProbeAnswer> {
    const at = now()
    const started = performance.now()
    let asked = ASKED_HEALTH
    let told: TimeTold = { date: undefined, sentAt: at, cameAt: at }
    let clockOffsetMs: number | undefined
    try {
      const health = await readHealth(spec)
      const left = keyInDoubt ? 0 : (untilCheck.get(spec.id) ?? 0)
      // An agent of ours names its features to every key that it accepts, also to one without rights.
      let keyAccepted = health.features !== undefined
      if (!keyAccepted && (left === 0 || spec.features.length > 0)) {
        untilCheck.set(spec.id, 0)
        asked = `GET ${AUTHENTICATED}`
        keyAccepted = acceptsKey(await ask(spec, AUTHENTICATED))
      }
      untilCheck.set(spec.id, left === 0 ? keyCheckEvery - 1 : left - 1)
      const durationMs = performance.now() - started
      return { ok: true, asked, at, durationMs, ...saidBy(health), ...(keyAccepted && { keyAccepted }), ...clock() }
    } catch (error) {
      const reason = failureOf(error)
      const status = reason.status === undefined ? {} : { status: reason.status }
      const durationMs = performance.now() - started
      const apartMs = reason.clocksApartMs
      // Its own word counts more than a date, which a proxy in front of it may have set.
      if (apartMs !== undefined) clockOffsetMs = (clockOffsetMs ?? 0) < -CLOCKS_APART_MS.worth ? -apartMs : apartMs
      return { ok: false, asked, at, durationMs, class: reason.class, detail: reason.message, ...status, ...clock() }
    }

    async function readHealth({ id }: PeerSpec) {
      const answer = await ask({ id }, HEALTH)
      const refusal = refusalOf(answer)
      if (refusal) throw refusal
      if (answer.status !== 200) throw badStatus(answer.status)
      const said = healthOf(answer)
      clockOffsetMs = clockOffset({ ...told, time: said.time })
      return said
    }

    async function ask({ id }: Pick<PeerSpec, 'id'>, path: string): Promise<RemoteAnswer> {
      const target = options.targetOf(id)
      if (target) {
        const sentAt = now()
        const limits = { deadlineMs: options.timeoutMs, maxBytes: MAX_BYTES, signal }
        const answer = await remote.request(target, { path, ...limits })
        told = { date: answer.headers.date, sentAt, cameAt: now() }
        clockOffsetMs ??= clockOffset(told)
        return answer
      }
      untilCheck.delete(id)
      throw new RemoteFailure('internal', 'it is no member any more')
    }

    function clock() {
      return clockOffsetMs === undefined ? {} : { clockOffsetMs }
    }
  }
}

/** False where the answer does not tell, as that of an agent which does not know the route. */
function acceptsKey(answer: RemoteAnswer): boolean {
  const { status } = answer
  const refusal = refusalOf(answer)
  // Whose key may not read this is known there.
  if (refusal?.class === 'forbidden') return true
  if (refusal) throw refusal
  if (status === 200 && objectOf(answer) === undefined) throw failure('not_agent', { status })
  return status === 200
}

function healthOf(answer: RemoteAnswer): Record<string, unknown> {
  const said = objectOf(answer)
  if (!said || !Value.Check(Health, said)) throw failure('not_agent', { status: answer.status })
  return said
}

function objectOf(answer: RemoteAnswer): Record<string, unknown> | undefined {
  try {
    const value = parseJson(answer.text)
    return isRecord(value) ? value : undefined
  } catch {
    // A captive portal's page, say: the class is "no agent", which is more than "no JSON".
    return undefined
  }
}

const badStatus = (status: number) => new RemoteFailure('http', `it answered with status ${status}`, { status })

function saidBy(said: Record<string, unknown>) {
  const { version, agent_version: ownVersion, features, node_id: nodeId, reaches_you: reachesUs } = said
  return {
    ...(Value.Check(Said.version, version) && { version: version.version.slice(0, 64) }),
    // What one of ours tells FlatRun's clients is not its own.
    ...(Value.Check(Said.ownVersion, ownVersion) && { version: ownVersion.slice(0, 64) }),
    ...(Value.Check(Said.features, features) && { features }),
    ...(Value.Check(Said.nodeId, nodeId) && { nodeId }),
    ...(reachesUs === false && { unreached: true as const })
  }
}
