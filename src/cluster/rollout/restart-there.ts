import { setTimeout as sleep } from 'node:timers/promises'
import { parseJson } from '../../remote/answers/json.ts'
import type { Remote } from '../../remote/client.ts'
import type { PeerTarget, RemoteAnswer } from '../../remote/target.ts'
import { isRecord } from '../../untyped.ts'
import type { RolloutOrder } from './rollout.ts'
import { startedAgain } from './steady.ts'

export interface RestartThereOptions {
  remote: Pick<Remote, 'request' | 'deadlines'>
  targetOf(id: string): PeerTarget | undefined
  /** Between two looks at a job. */
  pollMs?: number
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export type RestartThere = (id: string, order: RolloutOrder, signal: AbortSignal) => Promise<string>

/** Looks at a job that may fail in a row until the peer counts as lost. */
const LOOKS = 5

/** Restarts a deployment on a peer, waits until that is done, and looks whether it runs. */
export function createRestartThere({
  remote,
  targetOf,
  pollMs = 1_000,
  wait = (ms, signal) => sleep(ms, undefined, { signal })
}: RestartThereOptions): RestartThere {
  return async (id, { deployment, settleMs }, signal) => {
    const target = targetOf(id)
    if (!target) throw new Error('it is no member any more')
    const path = `/api/deployments/${encodeURIComponent(deployment)}`
    // What was begun there goes on by itself; once the caller has left, nobody is there to be told of it.
    const deadlineMs = remote.deadlines.restartMs
    // Older agents answer when it is done; newer ones at once, with a job.
    const begun = await ask(target, { method: 'POST', path: `${path}/restart?wait=false`, deadlineMs })
    const job = begun.status === 202 ? textOf(begun, 'job_id') : undefined
    const output = job === undefined ? textOf(begun, 'output') : await follow(target, `${path}/jobs/${job}`, signal)
    if (settleMs > 0) {
      const earlier = await look(target, path, signal)
      await wait(settleMs, signal)
      assertLasts(earlier, await look(target, path, signal))
    } else assertRuns(await look(target, path, signal))
    return output ?? ''
  }

  async function follow(target: PeerTarget, path: string, signal: AbortSignal): Promise<string | undefined> {
    for (let failures = 0; ; ) {
      await wait(pollMs, signal)
      try {
        const answer = await ask(target, { path, deadlineMs: remote.deadlines.requestMs, signal })
        failures = 0
        const status = textOf(answer, 'status')
        if (status === 'failed') throw new Refused(textOf(answer, 'error') ?? 'it failed there', answer.status)
        if (status !== 'running' && status !== 'pending') return textOf(answer, 'output')
      } catch (failure) {
        failures += 1
        signal.throwIfAborted()
        if (failure instanceof Refused && failure.final) throw failure
        if (failures >= LOOKS) throw new Error('it was begun there, and then the server was lost sight of')
      }
    }
  }

  async function look(target: PeerTarget, path: string, signal: AbortSignal): Promise<Record<string, unknown>> {
    const body = parseJson((await ask(target, { path, deadlineMs: remote.deadlines.requestMs, signal })).text)
    return isRecord(body) && isRecord(body.deployment) ? body.deployment : {}
  }

  async function ask(
    target: PeerTarget,
    what: { method?: 'POST'; path: string; deadlineMs: number; signal?: AbortSignal }
  ): Promise<RemoteAnswer> {
    const answer = await remote.request(target, { ...what, maxBytes: 1 << 20 })
    if (answer.status === 200 || answer.status === 202) return answer
    throw new Refused(textOf(answer, 'error') ?? `it answered with status ${answer.status}`, answer.status)
  }
}

function assertLasts(earlier: Record<string, unknown>, now: Record<string, unknown>): void {
  const again = startedAgain(earlier, now)
  if (again !== undefined) throw new Error(`it was restarted, and ${again} was started again since: it does not last`)
  assertRuns(now)
}

function assertRuns({ status, status_reason }: Record<string, unknown>): void {
  if (status === 'running') return
  const reason = typeof status_reason === 'string' ? `: ${status_reason}` : ''
  throw new Error(`it was restarted, and is ${String(status)}${reason}`)
}

/** The peer answered, and said no; for good, unless it has trouble of its own. */
class Refused extends Error {
  override name = 'Refused'
  readonly final: boolean

  constructor(message: string, status: number) {
    super(message)
    this.final = status < 500
  }
}

function textOf({ text }: RemoteAnswer, member: string): string | undefined {
  const body = parseJson(text)
  const value = isRecord(body) ? body[member] : undefined
  return typeof value === 'string' ? value : undefined
}
