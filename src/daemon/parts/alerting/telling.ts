import { createAnnouncing } from '../../../cluster/absence/announcing.ts'
import { createHandover } from '../../../cluster/handover/handover.ts'
import { createTell } from '../../../cluster/handover/tell.ts'
import { openIdentity } from '../../../cluster/identity/own-identity.ts'
import { type AlertingOptions, buildAlerts } from './alerts.ts'

/** Who is told of what: the alerts, which of several servers sends one, and what peers are told before a stop. */
export async function buildTelling(options: Omit<AlertingOptions, 'handover' | 'announce'>) {
  const { store, self, clock, watching } = options
  const { members } = store
  const { cluster, remote } = watching
  const handover = createHandover({
    ...{ self, members, clock },
    peer: cluster.peer,
    identity: () => openIdentity(store),
    targets: () => alerts.targets(),
    tell: createTell({ members, remote })
  })
  const announcing = createAnnouncing({ members, cluster, remote, ongoing: () => alerts.ongoing() })
  const alerts = await buildAlerts({ ...options, handover, announce: announcing.announce })
  return { alerts, handover, farewell: announcing.farewell }
}
