import type { Clock } from '../../../machines/clock.ts'
import { createAlerts } from '../../alerts/alerts.ts'
import { reasonOf } from '../../cluster/liveness/reason.ts'
import type { Self } from '../../cluster/peers/self.ts'
import type { Config } from '../../config/config.ts'
import { Outage, WaitingAlert } from '../../schemas/alert.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Store } from '../../store/store.ts'
import type { Watching } from './watching.ts'

interface AlertingOptions {
  config: Config
  store: Store
  self: Self
  events: EventLog
  watching: Watching
  clock: Clock
  onFault: (error: unknown) => void
}

/** Who is told when a peer goes offline or comes back. */
export async function buildAlerts({ config, store, self, events, watching, clock, onFault }: AlertingOptions) {
  const outages = await store.table('outages', Outage)
  for (const { id } of outages.all()) if (!store.members.get(id)) await outages.delete(id)
  return createAlerts({
    ...{ config: config.alerts, events, clock, reasonOf, cluster: watching.cluster, store: outages },
    waiting: await store.table('alerts_waiting', WaitingAlert),
    server: self.name,
    onFault
  })
}
