import { providerRoutes } from '../front/providers.ts'
import { alertRoutes, silenceRoutes } from './alerts.ts'
import { auditRoutes } from './audit.ts'
import { authRoutes, sessionRoutes } from './auth.ts'
import { actionRoutes } from './deployments/actions.ts'
import { containerRoutes } from './deployments/containers.ts'
import { deploymentRoutes } from './deployments/deployments.ts'
import { localRoutes } from './deployments/local.ts'
import { logRoutes } from './deployments/logs.ts'
import { usageRoutes } from './deployments/usage.ts'
import { documentRoutes } from './documents.ts'
import { eventRoutes } from './events.ts'
import { insightRoutes } from './insight.ts'
import { introducingPeerRoutes } from './introductions/from-peers.ts'
import { identityRoutes } from './introductions/identity.ts'
import { introductionRoutes } from './introductions/introductions.ts'
import { peerIntroductionRoutes } from './introductions/of-a-peer.ts'
import { exchangeRoutes } from './members/exchange.ts'
import { inviteRoutes } from './members/invites.ts'
import { joinRoutes } from './members/joins.ts'
import { ownMembershipRoutes } from './members/own-membership.ts'
import { peerChangeRoutes } from './members/peer-changes.ts'
import { peerRoutes } from './members/peers.ts'
import { policyRoutes } from './members/policy.ts'
import { removalRoutes } from './members/removal.ts'
import { reverseRoutes } from './members/reverse.ts'
import { tagRoutes } from './members/tags.ts'
import { absenceRoutes } from './opinions/absence.ts'
import { opinionRoutes } from './opinions/opinion.ts'
import { reachabilityRoutes } from './opinions/reachability.ts'
import { toldRoutes } from './opinions/told.ts'
import { rolloutJobRoutes, rolloutViewRoutes } from './rollout/jobs.ts'
import { rolloutRoutes } from './rollout/rollout.ts'
import { aggregateRoutes } from './selecting/aggregates.ts'
import { selectionRoutes } from './selecting/selection.ts'
import { timelineRoutes } from './selecting/timeline.ts'
import { statusRoutes } from './status.ts'

/** All of them, in the order in which they are registered. */
export const ROUTES = [
  statusRoutes,
  authRoutes,
  sessionRoutes,
  peerRoutes,
  peerChangeRoutes,
  removalRoutes,
  policyRoutes,
  tagRoutes,
  eventRoutes,
  alertRoutes,
  silenceRoutes,
  inviteRoutes,
  joinRoutes,
  exchangeRoutes,
  ownMembershipRoutes,
  identityRoutes,
  introducingPeerRoutes,
  introductionRoutes,
  peerIntroductionRoutes,
  opinionRoutes,
  toldRoutes,
  absenceRoutes,
  reachabilityRoutes,
  localRoutes,
  aggregateRoutes,
  selectionRoutes,
  timelineRoutes,
  providerRoutes,
  insightRoutes,
  usageRoutes,
  auditRoutes,
  documentRoutes,
  deploymentRoutes,
  actionRoutes,
  containerRoutes,
  logRoutes,
  rolloutRoutes,
  rolloutJobRoutes,
  rolloutViewRoutes,
  reverseRoutes
]

/** What FlatRun's agent answers where there is one behind this. */
export const OF_FLATRUN: readonly unknown[] = [
  authRoutes,
  localRoutes,
  documentRoutes,
  deploymentRoutes,
  actionRoutes,
  containerRoutes,
  logRoutes
]
