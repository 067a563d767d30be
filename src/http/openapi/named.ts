import type { TSchema } from 'typebox'
import { Aggregate } from '../../schemas/answer.ts'
import { AuditEntry } from '../../schemas/audit.ts'
import { Deployment, DeploymentService } from '../../schemas/deployments/deployment.ts'
import { ContainerStats, ContainerView, Job } from '../../schemas/deployments/operation.ts'
import { Stats } from '../../schemas/deployments/stats.ts'
import { ClusterEvent } from '../../schemas/event.ts'
import { Grant } from '../../schemas/grant.ts'
import { Evidence } from '../../schemas/health.ts'
import { InviteView } from '../../schemas/joining/joining.ts'
import { Version } from '../../schemas/names.ts'
import { PeerDetail, PeerView } from '../../schemas/peer.ts'
import { User } from '../../schemas/session.ts'
import { ErrorBody } from '../errors.ts'

/** The shapes that have a name in the document; wherever one of them occurs, the name stands for it. */
export const NAMED: Readonly<Record<string, TSchema>> = {
  Error: ErrorBody,
  Peer: PeerView,
  PeerDetail,
  Evidence,
  Invite: InviteView,
  Grant,
  Version,
  User,
  Deployment,
  DeploymentService,
  Job,
  Container: ContainerView,
  ContainerStats,
  Stats,
  Aggregate,
  ClusterEvent,
  AuditEntry
}

/** The columns that FlatRun's CLI shows of a list of these: at most six. */
export const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  Peer: ['name', 'state', 'url', 'last_seen', 'latency_ms', 'version'],
  Invite: ['id', 'note', 'expected_name', 'created_by', 'created_at', 'expires_at'],
  AuditEntry: ['at', 'who', 'what', 'target', 'result', 'from'],
  Container: ['name', 'state', 'status', 'image', 'deployment', 'service'],
  ContainerStats: ['name', 'cpu_percent', 'memory_usage', 'memory_limit', 'network_rx', 'network_tx'],
  Deployment: ['name', 'status', 'path', 'updated_at']
}
