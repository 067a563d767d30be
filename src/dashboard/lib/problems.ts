import { clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import type { DeploymentStatus } from '../../schemas/deployment.ts'
import type { Verdict } from '../../schemas/health.ts'
import type { Scope } from '../../schemas/opinions/opinion.ts'
import type { PeerView } from '../../schemas/peer.ts'
import { segment } from './api.ts'
import { plural } from './format.ts'
import { type DeploymentRow, GRAVITY, type ServerRow } from './rows.ts'

export interface Problem {
  name: string
  to: string
  verdict?: Verdict
  status?: DeploymentStatus
  since?: number | undefined
  why: string
  grave: boolean
}

const WHY: Partial<Record<Verdict, string>> = {
  pending: 'not confirmed by the other side',
  rejected: 'it refuses our key: join it again with a new invite',
  incompatible: 'no agent at this address',
  removed: 'it removed us: remove it here or join it again',
  suspended: 'its introducer took it back: restore or remove it',
  quarantined: 'checking it kept crashing'
}

/** What needs somebody, worst first. A deployment on a server that is away is part of that server's problem. */
export function problems(servers: readonly ServerRow[], deployments: readonly DeploymentRow[]): Problem[] {
  const away = new Set(servers.filter(({ verdict }) => GRAVITY[verdict] >= 4).map(({ name }) => name))
  const of = servers
    .filter(({ verdict }) => GRAVITY[verdict] >= 2)
    .toSorted((a, b) => GRAVITY[b.verdict] - GRAVITY[a.verdict] || (a.since ?? 0) - (b.since ?? 0))
    .map((server) => serverProblem(server, away.has(server.name)))
  const full = servers
    .filter(({ load, old }) => !old && Math.max(load.disk ?? 0, load.memory ?? 0) >= 92)
    .map(fullProblem)
  const skewed = servers
    .filter(({ verdict, peer }) => verdict === 'online' && clocksApart(offsetMs(peer)))
    .map(clockProblem)
  const broken = deployments
    .filter(
      ({ server, deployment: { status, error } }) =>
        !away.has(server) && (status === 'error' || status === 'partial' || error !== undefined)
    )
    .map(({ server, deployment }): Problem => {
      const down = deployment.services.filter(({ status }) => !/^(running|up)/i.test(status)).map(({ name }) => name)
      const why =
        deployment.error ?? deployment.status_reason ?? (down.length > 0 ? `${down.join(', ')} not running` : '')
      return {
        name: deployment.name,
        to: `/deployments/${segment(server)}/${segment(deployment.name)}`,
        status: deployment.error === undefined ? deployment.status : 'error',
        why: `on ${server}${why ? ` · ${why}` : ''}`,
        grave: deployment.status === 'error'
      }
    })
  return [...of, ...skewed, ...full, ...broken]
}

function serverProblem(server: ServerRow, grave: boolean): Problem {
  const lost = grave && server.counts ? ` · ${plural(server.counts.total, 'deployment')} out of sight` : ''
  return {
    name: server.name,
    to: `/peers/${segment(server.name)}`,
    verdict: server.verdict,
    since: server.since,
    why:
      (server.peer?.awaits_approval ? 'it waits for you to let it in' : (WHY[server.verdict] ?? withScope(server))) +
      lost,
    grave
  }
}

/** What others say of it is the first question after that. */
const withScope = ({ error, peer }: ServerRow) =>
  [error || 'no cause given', peer?.scope && SCOPES[peer.scope]].filter(Boolean).join(' · ')

const SCOPES: Record<Scope, string> = {
  confirmed: 'others do not reach it either',
  here_only: 'unreachable from here only',
  cut_off: 'this server seems to be cut off',
  alone: 'nobody else can be asked'
}

export const offsetMs = (peer: Pick<PeerView, 'clock_offset_s'> | undefined) => (peer?.clock_offset_s ?? 0) * 1_000

function clockProblem({ name, peer }: ServerRow): Problem {
  return {
    name,
    to: `/peers/${segment(name)}`,
    verdict: 'skewed',
    why: clocksDiffer(offsetMs(peer)),
    grave: false
  }
}

function fullProblem(server: ServerRow): Problem {
  const { disk = 0, memory = 0 } = server.load
  return {
    name: server.name,
    to: `/servers?of=${segment(server.name)}`,
    why: disk >= memory ? `disk ${Math.round(disk)} % full` : `memory ${Math.round(memory)} % used`,
    grave: false
  }
}
