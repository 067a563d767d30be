import { Check } from 'typebox/value'
import { parseJson } from '../../remote/answers/json.ts'
import { failureOf, RemoteFailure } from '../../remote/failure.ts'
import type { PeerHealth } from '../../schemas/health.ts'
import type { Member } from '../../schemas/peer.ts'
import { Timeline, type TimelineRow, type TimelineServer } from '../../schemas/timeline/timeline.ts'
import type { Aggregator } from '../aggregate/aggregate.ts'
import type { Window } from './window.ts'

interface AskingOptions {
  ask: Aggregator['askPeer']
  member(id: string): Pick<Member, 'name' | 'nodeId'> | undefined
  /** This server's name for another one. */
  nameOf(nodeId: string): string | undefined
}

/** What one server gave of its past. */
export interface Told {
  server: TimelineServer
  rows: readonly TimelineRow[]
  /** There is more before the oldest of them. */
  more: boolean
}

const FEATURE = 'timeline'
const NOT_KEPT = 'its agent does not tell its past: it is plain FlatRun’s, or an older one of ours'
/** A clock that is off by less is right. */
const OFF_MS = 1_000

/** Asks one peer for its past, and tells it in the time and with the names of this server. Also a failure is an entry. */
export function createAsking({ ask, member, nameOf }: AskingOptions) {
  return async function past(health: PeerHealth, window: Window, signal: AbortSignal): Promise<Told> {
    const { name, verdict: state, clockOffsetMs = 0 } = health
    const offsetMs = Math.abs(clockOffsetMs) < OFF_MS ? 0 : Math.round(clockOffsetMs)
    const clock = offsetMs === 0 ? {} : { clock_offset_s: Math.round(offsetMs / 100) / 10 }
    try {
      const text = await ask(`/api/cluster/timeline?${queryOf(window, offsetMs)}`, health, { signal, needs })
      const { rows, servers, next } = readAnswer(text)
      const since = Object.values(servers)[0]?.remembers_since
      const server: TimelineServer = {
        ...{ name, answered: true, state, acts: 'some', ...clock },
        ...(since !== undefined && { remembers_since: shifted(since, -offsetMs) })
      }
      const { nodeId = health.id } = member(health.id) ?? {}
      const told = rows.map((row) => retold(row, { name, nodeId, offsetMs, nameOf }))
      return { server, rows: told, more: next !== undefined }
    } catch (error) {
      const failed = failureOf(error)
      const refused = failed.status === 403
      const reason = refused ? 'its policy for this server does not let it read the fleet' : failed.message
      const server = { name, answered: false, state, error: reason, code: failed.class, acts: 'none' as const }
      return { server, rows: [], more: false }
    }
  }
}

function needs({ features }: PeerHealth): void {
  if (!features.includes(FEATURE)) throw new RemoteFailure('not_agent', NOT_KEPT)
}

function readAnswer(text: string): Timeline {
  const answer = parseJson(text)
  if (!Check(Timeline, answer)) throw new RemoteFailure('bad_json', 'its answer does not have the expected shape')
  return answer
}

function queryOf({ fromMs, toMs, before, limit, deployment }: Window, offsetMs: number): string {
  const at = (ms: number) => new Date(ms + offsetMs).toISOString()
  return new URLSearchParams({
    ...(fromMs !== undefined && { from: at(fromMs) }),
    ...(toMs !== undefined && { to: at(toMs) }),
    ...(before && { before: `${before.at + offsetMs}~${before.id}` }),
    limit: String(limit),
    ...(deployment !== undefined && { deployment })
  }).toString()
}

const shifted = (at: string, ms: number) => {
  const time = Date.parse(at) + ms
  return Number.isNaN(time) || Math.abs(time) > 8.64e15 ? new Date(0).toISOString() : new Date(time).toISOString()
}

interface Retelling {
  name: string
  nodeId: string
  offsetMs: number
  nameOf: (nodeId: string) => string | undefined
}

/** It speaks for itself alone: whose row it is, and when it was, is not what it says but what is known here. */
function retold(row: TimelineRow, { name, nodeId, offsetMs, nameOf }: Retelling): TimelineRow {
  const { first_at: _first, act, by, ...rest } = row
  const peer = (row.peer_node_id !== undefined && nameOf(row.peer_node_id)) || row.peer
  return {
    ...rest,
    id: `${nodeId}.${row.id.slice(row.id.lastIndexOf('.') + 1)}`,
    at: shifted(row.at, -offsetMs),
    ...(offsetMs !== 0 && { noted_at: row.at }),
    server: name,
    node_id: nodeId,
    seen_by: [name],
    ...(peer !== undefined && { peer }),
    // Who began it elsewhere, that server tells.
    ...(by !== undefined && { by: by.replace(/ on \S+$/, '') }),
    ...(act && { act: withoutAddress(act) })
  }
}

const withoutAddress = ({ address: _, ...act }: NonNullable<TimelineRow['act']>) => act
