import type { Incomplete } from '../../../schemas/answer.ts'
import type { Deployment, DeploymentStatus } from '../../../schemas/deployments/deployment.ts'
import type { FailureClass, Verdict } from '../../../schemas/health.ts'
import type { PeerView } from '../../../schemas/peer.ts'
import { wall } from '../words/format.ts'
import type { Slice, Slices } from './aggregate.ts'
import { field, type Load, list, load, deployments as readDeployments, text } from './reading.ts'

/** What each server runs, read once an answer. */
export type Deployed = ReadonlyMap<string, readonly Deployment[]>

export const deployedOn = (slices: Slices): Deployed =>
  new Map(
    [...slices].filter(([, { data }]) => data !== undefined).map(([name, { data }]) => [name, readDeployments(data)])
  )

/** One server as the lists show it: this server itself, or a peer. */
export interface ServerRow {
  name: string
  self: boolean
  verdict: Verdict
  since: number | undefined
  lastSeen: number | undefined
  peer: PeerView | undefined
  version: string
  /** By which it is found: those that were set here, and what it tells of itself. */
  tags: readonly string[]
  /** Of those, the ones that also choose it for a change. */
  ownTags: readonly string[]
  load: Load
  /** Wall milliseconds at which `load` was true. */
  loadAt: number | undefined
  old: boolean
  counts: Counts | undefined
  /** Why what it runs is not known, or not all of it, though it answered. */
  unsure: readonly Incomplete[]
  error: string
  /** What the last question to it met. */
  failed: FailureClass | undefined
}

interface Counts {
  total: number
  running: number
  /** Neither running nor stopped on purpose. */
  troubled: number
}

/** What a row counts as, the same on every screen: on a server that is away nobody knows. */
export const statusOf = ({ old, deployment }: DeploymentRow): DeploymentStatus => (old ? 'unknown' : deployment.status)

export interface DeploymentRow {
  key: string
  server: string
  deployment: Deployment
  at: number | undefined
  old: boolean
}

export function serverRows(known: {
  self: string
  /** This server's own. */
  version: string
  tags: readonly string[]
  peers: readonly PeerView[]
  stats: Slices
  deployed: Deployed
  answers: Slices
}): ServerRow[] {
  const row = (name: string, peer: PeerView | undefined): ServerRow => {
    const slice = known.stats.get(name)
    return {
      name,
      self: peer === undefined,
      verdict: peer?.state ?? 'online',
      since: wall(peer?.since),
      lastSeen: wall(peer?.last_seen_at ?? peer?.last_seen),
      peer,
      version: peer ? (peer.version ?? '') : known.version,
      ...tagsOf(peer ?? { own_tags: [...known.tags] }),
      load: load(slice?.data),
      loadAt: slice?.trueAt,
      old: slice?.old ?? false,
      counts: counts(known.deployed.get(name)),
      unsure: unsure(known.answers.get(name)),
      error: peer?.error ?? slice?.error ?? '',
      failed: slice?.code ?? known.answers.get(name)?.code
    }
  }
  const rows = known.peers.map((peer) => row(peer.name, peer))
  return known.self === '' ? rows : [row(known.self, undefined), ...rows]
}

export function deploymentRows(deployed: Deployed, slices: Slices): DeploymentRow[] {
  const rows = [...deployed].flatMap(([server, deployments]) => {
    const slice = slices.get(server)
    return deployments.map((deployment) => ({
      key: `${server}/${deployment.name}`,
      server,
      deployment,
      at: slice?.trueAt,
      old: slice?.old ?? false
    }))
  })
  return rows.sort((a, b) => compare(a.deployment.name, b.deployment.name) || compare(a.server, b.server))
}

/** A tag that is both is one that was set here. */
function tagsOf({ own_tags: own = [], tags = [] }: Pick<PeerView, 'own_tags' | 'tags'>) {
  const set = new Set(own.map((tag) => tag.toLowerCase()))
  return { ownTags: own, tags: [...own, ...tags.filter((tag) => !set.has(tag.toLowerCase()))] }
}

/** A server's own words, or that it gave none to this question. */
function unsure(answer: Slice | undefined): readonly Incomplete[] {
  if (!answer) return []
  if (!answer.online) return [{ about: 'deployments', detail: answer.error ?? 'it did not say what it runs' }]
  // Without an engine on purpose, and with nothing to run: nothing is missing.
  return list(answer.incomplete).flatMap((one) => {
    const state = text(field(one, 'state'))
    if (state === 'off' && list(answer.data).length === 0) return []
    return [
      { about: field(one, 'about') === 'engine' ? 'engine' : 'deployments', state, detail: text(field(one, 'detail')) }
    ]
  })
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
export const compare = collator.compare

function counts(deployments: readonly Deployment[] | undefined): Counts | undefined {
  if (!deployments) return undefined
  const statuses = deployments.map(({ status }) => status)
  return {
    total: statuses.length,
    running: statuses.filter((status) => status === 'running').length,
    troubled: statuses.filter((status) => status === 'partial' || status === 'error').length
  }
}

/** How bad a verdict is, worst first; 0 needs nobody. */
export const GRAVITY: Record<Verdict, number> = {
  offline: 9,
  quarantined: 8,
  rejected: 7,
  skewed: 6,
  incompatible: 5,
  removed: 4,
  suspended: 4,
  suspect: 3,
  pending: 2,
  unknown: 1,
  online: 0
}
