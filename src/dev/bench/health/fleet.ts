import type { Clock } from '../../../../machines/clock.ts'
import { after } from '../../../clock.ts'
import { createEventLog } from '../../../cluster/events/event-log.ts'
import { type Cluster, createCluster } from '../../../cluster/liveness/liveness.ts'
import { createAnswering, type Opining } from '../../../cluster/opinions/answering.ts'
import { createAsking, type Heard } from '../../../cluster/opinions/asking.ts'
import type { ClusterEvent } from '../../../schemas/event.ts'
import type { PeerSpec, ProbeAnswer } from '../../../schemas/health.ts'
import type { Opinion } from '../../../schemas/opinions/opinion.ts'
import type { Member } from '../../../schemas/peer.ts'

/** What becomes of something that is sent from one node to another at this moment. */
export type Path = (from: number, to: number) => 'ok' | 'lost' | 'refused'

export interface FleetOptions {
  nodes: number
  clock: Clock
  random: () => number
  path: Path
  /** False: nobody is asked. */
  opinions?: boolean
  /** Whom a node knows; everybody without. */
  knows?: (node: number, other: number) => boolean
  /** What a node says, in place of what it finds. */
  lies?: (node: number, about: number) => Opinion | undefined
}

const WITNESS_MS = 2_000
const QUESTION_MS = 3_000

/** A cluster of modelled nodes: machines, rules and questions are the daemon's, only time and the network are not. */
export function createFleet({ nodes, clock, random, path, opinions = true, knows, lies }: FleetOptions) {
  const counts = { probes: 0, questions: 0, witnessed: 0 }
  const events: { node: number; event: ClusterEvent }[] = []
  const all = Array.from({ length: nodes }, (_, node) => createNode(node))

  function createNode(node: number): { cluster: Cluster; opinionOf: Opining; stop(): void } {
    const log = createEventLog({ remember: 1, wall: clock.wall })
    log.subscribe((event) => events.push({ node, event }))
    const cluster = createCluster({
      ...{ events: log, clock, random },
      onFault: fail,
      probe: ({ id }, signal) => {
        counts.probes++
        return probeOver(path(node, indexOf(id)), (late) => signal.addEventListener('abort', late))
      }
    })
    const members = membersOf(node)
    const opinionOf = createAnswering({
      ...{ members: { all: () => members }, cluster, clock },
      probe: ({ id }) => {
        counts.witnessed++
        return probeOver(path(node, indexOf(id)), (late) => after(clock, WITNESS_MS, late))
      }
    })
    const asking = createAsking({
      members: { get: (id) => members.find((member) => member.id === id) },
      ...{ cluster, clock, random, onFault: fail },
      ask: (id, about) => question(node, indexOf(id), indexOf(about))
    })
    if (!opinions) asking.stop()
    const stop = () => {
      asking.stop()
      cluster.stop()
    }
    return { cluster, opinionOf, stop }
  }

  function membersOf(node: number): Member[] {
    const others = Array.from({ length: nodes }, (_, other) => other).filter((other) => other !== node)
    return others.filter((other) => knows?.(node, other) ?? true).map(memberOf)
  }

  async function question(from: number, to: number, about: number): Promise<Heard> {
    counts.questions++
    const way = path(from, to)
    if (way === 'refused') return { opinion: 'silent', class: 'refused' }
    const silence = new Promise<Heard>((done) =>
      after(clock, QUESTION_MS, () => done({ opinion: 'silent', class: 'timeout' }))
    )
    if (way === 'lost') return silence
    const said = lies?.(to, about) ?? all[to]?.opinionOf(nameOf(about), { id: nameOf(from) })
    return Promise.race([silence, Promise.resolve(said).then((heard) => heard ?? { opinion: 'refused' as const })])
  }

  async function probeOver(way: ReturnType<Path>, onLate: (late: () => void) => void): Promise<ProbeAnswer> {
    const common = { asked: 'GET /api/health', at: clock.wall() }
    if (way === 'ok') return { ok: true, ...common, durationMs: 20, features: FEATURES }
    if (way === 'lost') await new Promise<void>(onLate)
    const failed = way === 'lost' ? 'timeout' : 'refused'
    return { ok: false, ...common, durationMs: 1, class: failed, detail: failed }
  }

  return {
    ...{ counts, events },
    start() {
      for (const [node, { cluster }] of all.entries()) cluster.start(membersOf(node).map(specOf))
    },
    /** How one node sees another. */
    peer: (node: number, other: number) => all[node]?.cluster.peer(nameOf(other)),
    cluster: (node: number) => all[node]?.cluster,
    /** Each verdict of offline, in order. */
    offlines: () =>
      events
        .filter(({ event: { type, to } }) => type === 'peer.state' && to === 'offline')
        .map(({ node, event: { peer = '', at, facts, reason } }) => ({
          ...{ node, about: indexOf(peer), at: Date.parse(at), scope: facts?.scope, reason }
        })),
    stop() {
      for (const { stop } of all) stop()
    }
  }
}

function fail(fault: unknown): never {
  throw fault
}

export const nameOf = (node: number) => `node-${node}`
const indexOf = (name: string) => Number(name.slice('node-'.length))
const FEATURES = ['opinions']
const JOINED = '2026-01-01T00:00:00Z'

const memberOf = (node: number): Member => ({
  ...{ id: nameOf(node), number: node, name: nameOf(node), url: `http://${nameOf(node)}.invalid`, state: 'active' },
  ...{ joinedAt: JOINED, credential: { sealed: '', since: JOINED }, keyDigest: { current: '' }, grants: [] },
  ...{ features: FEATURES, transport: 'signed', nodeId: nameOf(node), pins: [] }
})

const specOf = ({ id, name, url, features }: Member): PeerSpec => ({
  ...{ id, name, url, features, pending: false, removed: false }
})
