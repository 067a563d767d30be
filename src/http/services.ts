import type { Audit } from '../cluster/access/audit.ts'
import type { Callers } from '../cluster/access/callers.ts'
import type { Aggregator } from '../cluster/aggregate/aggregate.ts'
import type { Handover } from '../cluster/handover/handover.ts'
import type { History } from '../cluster/history/history.ts'
import type { Cards } from '../cluster/identity/cards.ts'
import type { Elsewhere } from '../cluster/identity/elsewhere.ts'
import type { Moving } from '../cluster/identity/moving.ts'
import type { Answering } from '../cluster/introductions/answering.ts'
import type { Telling } from '../cluster/introductions/introducer/telling.ts'
import type { Introductions } from '../cluster/introductions/introductions.ts'
import type { Suspending } from '../cluster/introductions/suspending.ts'
import type { Admission } from '../cluster/joining/admission/admission.ts'
import type { Joins } from '../cluster/joining/joins.ts'
import type { Cluster } from '../cluster/liveness/liveness.ts'
import type { Invites } from '../cluster/membership/invites.ts'
import type { Rotation } from '../cluster/membership/keys/key-rotation.ts'
import type { Membership } from '../cluster/membership/membership.ts'
import type { Policies } from '../cluster/membership/policies.ts'
import type { Opining } from '../cluster/opinions/answering.ts'
import type { Reaches } from '../cluster/opinions/reachability.ts'
import type { PeerList } from '../cluster/peers/peer-list.ts'
import type { Selecting } from '../cluster/peers/selecting.ts'
import type { Self } from '../cluster/peers/self.ts'
import type { LinkedPeers } from '../cluster/reach/linked-peers.ts'
import type { Rollout } from '../cluster/rollout/rollout.ts'
import type { RolloutJobs } from '../cluster/rollout/rollout-jobs.ts'
import type { Timelines } from '../cluster/timeline/timeline.ts'
import type { AlertTest } from '../schemas/alerts/alert.ts'
import type { AlertSettings, AlertsView, SilenceRequest, SilenceView } from '../schemas/alerts/alert-api.ts'
import type { Deployment, DeploymentList } from '../schemas/deployments/deployment.ts'
import type {
  Action,
  ActionResult,
  ContainerStats,
  ContainerView,
  DeploymentStats,
  Job,
  LogLine,
  LogsAsk
} from '../schemas/deployments/operation.ts'
import type { Capacity, Stats } from '../schemas/deployments/stats.ts'
import type { ContainerRange, ContainersPast, UsagePast, UsageRange } from '../schemas/deployments/usage.ts'
import type { EventLog } from '../schemas/event.ts'
import type { Actors } from '../schemas/inspection/actor.ts'
import type { AbsenceNotice } from '../schemas/opinions/absence.ts'
import type { Front } from './front/front.ts'

/** This node's own deployments and statistics, and what can be done with them. */
export interface LocalNode {
  deployments(signal?: AbortSignal): Promise<DeploymentList>
  stats(signal?: AbortSignal, counts?: (deployment: string) => boolean): Promise<Stats>
  capacity(signal?: AbortSignal): Promise<Capacity>
  deployment(name: string): Promise<Deployment>
  compose(name: string): Promise<{ name: string; content: string; filename: string }>
  /** `result` rejects with what went wrong. */
  begin(order: { deployment: string; action: Action; by: string }): Promise<{ job: Job; result: Promise<ActionResult> }>
  job(deployment: string, id: string): Job
  logs(name: string, ask: LogsAsk, signal?: AbortSignal): Promise<{ lines: LogLine[]; cut: boolean }>
  followLogs(name: string, ask: LogsAsk, signal: AbortSignal): Promise<AsyncIterable<LogLine>>
  containers(): Promise<ContainerView[]>
  containerStats(): Promise<ContainerStats[]>
  deploymentStats(name: string): Promise<DeploymentStats>
  containersPast(name: string, range: ContainerRange): Promise<ContainersPast>
}

/** The config that counts, each value with where it came from and without secrets. */
interface Settings {
  readonly file: string | undefined
  readonly notes: readonly string[]
  readonly entries: readonly { readonly key: string; readonly value: unknown; readonly origin: string }[]
}

interface OfThisNode {
  self: Self
  events: EventLog
  local: LocalNode
  actors: Actors
  /** How this machine did over time. */
  usage: (range: UsageRange) => UsagePast
  settings: () => Settings
  /** FlatRun's agent on this server, where this one stands in front of it. */
  front?: Front
  authEnabled: boolean
  /** True once the daemon has begun to stop. */
  stopping: () => boolean
}

interface OfCallers {
  callers: Callers
  audit: Audit
}

interface OfMembers {
  membership: Membership
  peerList: PeerList
  policies: Policies
  rotation: Rotation
  linkedPeers: LinkedPeers
  cluster: Cluster
  history: History
}

interface OfJoining {
  invites: Invites
  admission: Admission
  joins: Joins
}

interface OfIntroductions {
  cards: Cards
  moving: Pick<Moving, 'confirm'>
  elsewhere: Pick<Elsewhere, 'heard'>
  introductions: Introductions
  telling: Telling
  suspending: Suspending
  answerIdentity: Answering
}

interface OfOpinions {
  opinionOf: Opining
  reachability: Reaches
}

interface OfAlerts {
  handover: Pick<Handover, 'hear'>
  alerts: {
    view(): AlertsView
    put(sent: AlertSettings): Promise<AlertsView>
    test(target?: string): Promise<AlertTest>
    silence(wanted: SilenceRequest, by: string): Promise<SilenceView>
    endSilence(id: string): Promise<void>
    /** A peer says that it will be away. */
    absent(peer: { id: string; name: string }, notice: AbsenceNotice): Promise<void>
    /** Targets that take no messages for ten minutes. */
    failing(): string[]
  }
}

interface OfAllServers {
  aggregate: Aggregator
  timeline: Timelines
  selecting: Selecting
  rollout: Rollout
  rolloutJobs: RolloutJobs
}

/** What the routes answer with. Each takes the parts that it uses, by name. */
export interface Services
  extends OfThisNode,
    OfCallers,
    OfMembers,
    OfJoining,
    OfIntroductions,
    OfOpinions,
    OfAlerts,
    OfAllServers {}
