import { CLOCKS_APART_MS, clocksApart, clocksDiffer } from '../../../schemas/clock.ts'
import { ownReach } from '../../agent/addresses.ts'
import type { CliFault } from '../../exit.ts'
import { number, type Row, row, rows, text } from '../../text/shape.ts'
import { plural } from '../../text/words.ts'
import { adviceFor } from '../health/advice.ts'
import { isUp, stateOf } from '../peers.ts'

export type Verdict = 'ok' | 'warning' | 'fault'

export interface Finding {
  readonly name: string
  readonly verdict: Verdict
  readonly detail: string
  readonly advice?: string
}

const DISK_LIMIT = 90

export function clock(time: string, now: number): Finding {
  const apartMs = Math.abs(Date.parse(time) - now)
  if (Number.isNaN(apartMs)) return good('clock', 'not told')
  if (!clocksApart(apartMs)) return good('clock', 'agrees with this one')
  return {
    name: 'clock',
    verdict: apartMs < CLOCKS_APART_MS.most ? 'warning' : 'fault',
    detail: `${Math.round(apartMs / 1_000)} s off this one`,
    advice: 'Set both by NTP: requests between servers are refused when clocks differ'
  }
}

export function cluster(status: Row, peers: readonly Row[]): Finding[] {
  if (status.enabled !== true)
    return [
      {
        name: 'cluster',
        verdict: 'warning',
        detail: 'clustering is off',
        advice: 'Set cluster.enabled: true, or: flatrun-cluster cluster setup'
      }
    ]
  const { works, words } = ownReach(text(status.advertise_url), peers)
  if (works) return [good('address', words)]
  return [
    {
      name: 'address',
      verdict: 'warning',
      detail: words,
      advice:
        'Behind NAT join a server that can be reached (docs/behind-nat.md); else set cluster.advertise_url and api.host'
    }
  ]
}

export function peerFinding(peer: Row): Finding {
  const [advice] = adviceFor(peer)
  const state = stateOf(peer)
  const name = `peer ${text(peer.name)}`
  if (!isUp(peer))
    return {
      name,
      verdict: 'fault',
      detail: [state, text(peer.error)].filter(Boolean).join(': '),
      advice: `flatrun-cluster explain ${text(peer.name)}${advice ? `. ${advice}` : ''}`
    }
  if (peer.transport === 'insecure' && text(peer.url).startsWith('http:'))
    return {
      name,
      verdict: 'warning',
      detail: `${state}, over plain http with a key that can be read on the way`,
      advice: 'Give it https, or run flatrun-cluster there'
    }
  const apartMs = (number(peer.clock_offset_s) ?? 0) * 1_000
  if (clocksApart(apartMs)) return { name, verdict: 'warning', detail: `${state}, but ${clocksDiffer(apartMs)}` }
  if (peer.flapping === true) return { name, verdict: 'warning', detail: `${state}, but it is unstable` }
  return good(name, state)
}

/** FlatRun's agent, where this one stands in front of it. */
export function behind({ error, reachable }: Row): Finding {
  if (error === undefined) return good('flatrun', 'its agent behind this one answers')
  const advice =
    reachable === true
      ? 'Set auth.enabled: true in its config'
      : 'Look at its service, and at flatrun.url in this config'
  return { name: 'flatrun', verdict: 'fault', detail: text(error), advice }
}

export function deployments(answer: Row): Finding[] {
  const all = rows(answer.deployments)
  const engine = row(answer.engine)
  const state = text(engine.state)
  const wrong = all.filter(({ status }) => status === 'error')
  return [
    answer.error === undefined
      ? good('deployments', `${plural(all.length, 'deployment')} in ${text(answer.path)}`)
      : {
          name: 'deployments',
          verdict: 'warning',
          detail: `${text(answer.path)}: ${text(answer.error)}`,
          advice: 'Make it, or set deployments_path to the folder that holds them'
        },
    ...wrong.map(
      ({ name, error, status_reason: reason }): Finding => ({
        name: `deployment ${text(name)}`,
        verdict: 'fault',
        detail: text(error) || text(reason) || 'error'
      })
    ),
    ...(state === 'connected' || state === 'off' || state === ''
      ? [good('engine', state || 'not told')]
      : [
          {
            name: 'engine',
            verdict: 'warning' as const,
            detail: text(engine.detail) || state,
            advice: 'docs/deployments.md says what to do in each case'
          }
        ])
  ]
}

export function disk({ usage_percent: used, mount_point: where }: Row): Finding {
  const share = number(used) ?? 0
  const detail = `${Math.round(share)} % of ${text(where)} in use`
  return share < DISK_LIMIT
    ? good('disk', detail)
    : { name: 'disk', verdict: 'warning', detail, advice: 'A full disk stops the store: make room' }
}

export const good = (name: string, detail: string): Finding => ({ name, verdict: 'ok', detail })
export const fault = (name: string, { message, hint }: CliFault): Finding => ({
  name,
  verdict: 'fault',
  detail: message,
  ...(hint !== undefined && { advice: hint })
})
