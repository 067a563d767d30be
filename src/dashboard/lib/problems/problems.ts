import { clocksApart, clocksDiffer } from '../../../schemas/clock.ts'
import type { DeploymentStatus } from '../../../schemas/deployments/deployment.ts'
import type { Verdict } from '../../../schemas/health.ts'
import type { Scope } from '../../../schemas/opinions/opinion.ts'
import type { PeerView } from '../../../schemas/peer.ts'
import { BY_STATE, remedyOf } from '../../../schemas/peers/remedies.ts'
import { isUp } from '../../deployments/images.ts'
import { segment } from '../access/api.ts'
import { isFull, serverAt } from '../address/places.ts'
import { type DeploymentRow, GRAVITY, type ServerRow } from '../data/rows.ts'
import { plural } from '../words/format.ts'

export interface Problem {
  /** What it is one of: a verdict, `full`, `unsure`, or a status of deployments. */
  kind: string
  name: string
  /** Of the row of a deployment. */
  key?: string
  to: string
  verdict?: Verdict
  status?: DeploymentStatus
  since?: number | undefined
  why: string
  /** What to do. */
  remedy?: string | undefined
  grave: boolean
}

const WHY: Partial<Record<Verdict, string>> = {
  pending: 'not confirmed by the other side',
  rejected: 'its key is refused',
  incompatible: 'no agent at this address',
  removed: 'it removed us',
  suspended: 'its introducer took it back',
  quarantined: 'checking it kept crashing'
}

/** What needs somebody, grave things first. A deployment on a server that is away is part of that server's problem. */
export function problems(servers: readonly ServerRow[], deployments: readonly DeploymentRow[]): Problem[] {
  const away = new Set(servers.filter(({ verdict }) => GRAVITY[verdict] >= 4).map(({ name }) => name))
  const answering = servers.filter(({ name }) => !away.has(name))
  // Who is not in yet was not asked what it runs.
  const unsure = answering.filter(({ verdict }) => verdict === 'online' || verdict === 'suspect').flatMap(unsureProblem)
  const blind = new Set(unsure.map(({ name }) => name))
  const found = [
    ...servers
      .filter(({ verdict }) => GRAVITY[verdict] >= 2)
      .toSorted((a, b) => GRAVITY[b.verdict] - GRAVITY[a.verdict] || (a.since ?? 0) - (b.since ?? 0))
      .map((server) => serverProblem(server, away.has(server.name))),
    ...unsure,
    ...deployments.filter((row) => !away.has(row.server) && isBroken(row)).map(deploymentProblem),
    ...unknownOn(deployments.filter(({ server, old }) => !old && !away.has(server) && !blind.has(server))),
    ...answering.filter(({ verdict, peer }) => verdict === 'online' && clocksApart(offsetMs(peer))).map(clockProblem),
    ...answering.filter(isFull).map(fullProblem)
  ]
  return [...found.filter(({ grave }) => grave), ...found.filter(({ grave }) => !grave)]
}

/** What to do about a server that is not as it should be, in the words of `explain`. */
export const remedyFor = ({ verdict, peer, failed }: Pick<ServerRow, 'verdict' | 'peer' | 'failed'>) =>
  remedyOf({ state: verdict, scope: peer?.scope, failed })

/** What others say of it is the first question after the cause. */
export function causeOf({ verdict, error, peer }: ServerRow): string {
  const known = WHY[verdict]
  if (known) return known
  const cause = error || (verdict === 'suspect' ? 'a check failed, and is being repeated' : 'no cause given')
  return [cause, peer?.scope && SCOPES[peer.scope]].filter(Boolean).join(' · ')
}

const SCOPES: Record<Scope, string> = {
  confirmed: 'others do not reach it either',
  here_only: 'unreachable from here only',
  cut_off: 'this server seems to be cut off',
  alone: 'nobody else can be asked'
}

function serverProblem(server: ServerRow, grave: boolean): Problem {
  const lost = grave && server.counts ? ` · ${plural(server.counts.total, 'deployment')} unknown` : ''
  const waits = server.peer?.awaits_approval
  return {
    kind: server.verdict,
    name: server.name,
    to: serverAt(server.name),
    verdict: server.verdict,
    since: server.since,
    why: (waits ? 'it waits for you to let it in' : causeOf(server)) + lost,
    remedy: waits ? undefined : remedyFor(server),
    grave
  }
}

/** What an answering server cannot say: not knowing is no calm. */
function unsureProblem(server: ServerRow): Problem[] {
  const [first] = server.unsure
  if (!first) return []
  return [
    {
      kind: 'unsure',
      name: server.name,
      to: serverAt(server.name, 'deployments'),
      status: 'unknown',
      why: first.about === 'engine' ? first.detail : `its deployments are not known: ${first.detail}`,
      grave: first.about === 'engine' || server.self
    }
  ]
}

/** States that nobody knows on a server that did not say why, as one problem of each server. */
function unknownOn(rows: readonly DeploymentRow[]): Problem[] {
  const unknown = Map.groupBy(
    rows.filter(({ deployment }) => deployment.status === 'unknown' && deployment.error === undefined),
    ({ server }) => server
  )
  return [...unknown].map(([server, rows]) => ({
    kind: 'unsure',
    name: server,
    to: serverAt(server, 'deployments'),
    status: 'unknown' as const,
    why: `${plural(rows.length, 'deployment')} unknown · ${rows[0]?.deployment.status_reason ?? 'it does not say why'}`,
    grave: false
  }))
}

const isBroken = ({ old, deployment: { status, error } }: DeploymentRow) =>
  !old && (status === 'error' || status === 'partial' || error !== undefined)

function deploymentProblem({ key, server, deployment }: DeploymentRow): Problem {
  const down = deployment.services.filter((service) => !isUp(service)).map(({ name }) => name)
  const why = deployment.error ?? deployment.status_reason ?? (down.length > 0 ? `${down.join(', ')} not running` : '')
  const status = deployment.error === undefined ? deployment.status : 'error'
  return {
    kind: status,
    name: deployment.name,
    key,
    to: `/deployments/${segment(server)}/${segment(deployment.name)}`,
    status,
    why: `on ${server}${why ? ` · ${why}` : ''}`,
    remedy:
      deployment.error === undefined
        ? 'Look at its log, then start it again.'
        : 'Mend what its files say, then start it again.',
    grave: status === 'error'
  }
}

export const offsetMs = (peer: Pick<PeerView, 'clock_offset_s'> | undefined) => (peer?.clock_offset_s ?? 0) * 1_000

function clockProblem({ name, peer }: ServerRow): Problem {
  return {
    kind: 'clock',
    name,
    to: serverAt(name),
    verdict: 'skewed',
    why: clocksDiffer(offsetMs(peer)),
    remedy: BY_STATE.skewed,
    grave: false
  }
}

function fullProblem(server: ServerRow): Problem {
  const { disk = 0, memory = 0 } = server.load
  return {
    kind: 'full',
    name: server.name,
    to: serverAt(server.name, 'usage'),
    why: disk >= memory ? `disk ${Math.round(disk)} % full` : `memory ${Math.round(memory)} % used`,
    remedy:
      disk >= memory
        ? 'Free space there, or give it a larger disk.'
        : 'Stop what is not needed there, or give it more memory.',
    grave: false
  }
}
