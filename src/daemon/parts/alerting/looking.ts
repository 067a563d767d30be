import { X509Certificate } from 'node:crypto'
import { deploymentsIn, figuresIn, type Listed, type ServerFacts } from '../../../alerts/findings/facts.ts'
import type { Aggregator } from '../../../cluster/aggregate/aggregate.ts'
import type { Self } from '../../../cluster/peers/self.ts'
import type { FlatRunState } from '../../../flatrun/watch.ts'
import type { LocalNode } from '../../../local/node.ts'
import type { Incomplete } from '../../../schemas/answer.ts'
import { readBackupNote } from '../../../store/backup-note.ts'
import type { Watching } from '../watching.ts'

export interface LookOptions {
  self: Self
  watching: Watching
  aggregate: Aggregator
  local: Pick<LocalNode, 'containers'>
  /** What is served here now. */
  certificate: () => { cert: string } | undefined
  dataPath: string
  /** How FlatRun's agent behind this one is; undefined where there is none. */
  flatrun: (() => FlatRunState) | undefined
}

interface Entry {
  name: string
  data: unknown
  incomplete: readonly Incomplete[]
}

/** What every server tells of itself now: its figures, then its deployments, as the overview asks for them. */
export function createLook({ self, watching, aggregate, local, certificate, dataPath, flatrun }: LookOptions) {
  const { cluster, certificateEndOf } = watching

  async function* entries(kind: 'stats' | 'deployments', signal: AbortSignal): AsyncGenerator<Entry> {
    for await (const text of aggregate.stream(kind, {}, signal)) {
      const { name, data, incomplete = [] }: Partial<Entry> = JSON.parse(text)
      if (name !== undefined && data !== undefined) yield { name, data, incomplete }
    }
  }

  return async function* look(signal: AbortSignal): AsyncGenerator<ServerFacts> {
    const peers = new Map(cluster.peers().map((peer) => [peer.name, peer]))
    const stats = new Map<string, ServerFacts['figures']>()
    const left = new Set<string>()
    const told = new Set<string>()
    for await (const { name, data } of entries('stats', signal)) {
      stats.set(name, figuresIn(data))
      left.add(name)
    }
    const factsOf = async (name: string, { listed, unlisted }: Told = {}): Promise<ServerFacts | undefined> => {
      const figures = stats.get(name)
      const common = { name, ...(figures && { figures }), ...(unlisted !== undefined && { unlisted }) }
      if (name === self.name()) {
        const deployments = listed && (await withRuns(listed, local))
        return { ...common, id: 'self', ...(deployments && { deployments }), ...ownFacts() }
      }
      const peer = peers.get(name)
      if (!peer) return undefined
      return {
        ...common,
        id: peer.id,
        ...(listed && { deployments: listed }),
        certificateEnds: await certificateEndOf(peer),
        clockOffsetMs: peer.verdict === 'online' ? peer.clockOffsetMs : undefined
      }
    }
    for await (const entry of entries('deployments', signal)) {
      const { name } = entry
      left.delete(name)
      told.add(name)
      const facts = await factsOf(name, toldBy(entry))
      if (facts) yield facts
    }
    // It knows something of itself also while nobody tells what runs here.
    if (!told.has(self.name())) left.add(self.name())
    for (const name of left) {
      const facts = await factsOf(name)
      if (facts) yield facts
    }
  }

  function ownFacts(): Partial<ServerFacts> {
    const served = certificate()
    return {
      certificateEnds: served && Date.parse(new X509Certificate(served.cert).validTo),
      backupAt: readBackupNote(dataPath)?.at,
      flatrun: flatrun?.()
    }
  }
}

interface Told {
  listed?: readonly Listed[] | undefined
  unlisted?: string
}

/** A list that its server could not make says nothing of what is not on it. */
function toldBy({ data, incomplete }: Entry): Told {
  const why = incomplete.find(({ about }) => about === 'deployments')
  return why ? { unlisted: why.detail } : { listed: deploymentsIn(data) }
}

/** With the engine's own words, which tell since when a container runs. */
async function withRuns(listed: readonly Listed[], local: Pick<LocalNode, 'containers'>): Promise<readonly Listed[]> {
  const containers = await local.containers().catch(() => [])
  const words = new Map(containers.map((one) => [`${one.deployment} ${one.service}`, one.status]))
  return listed.map((deployment) => ({
    ...deployment,
    services: (deployment.services ?? []).map((service) => ({
      ...service,
      status: words.get(`${deployment.name} ${service.name}`) ?? service.status
    }))
  }))
}
