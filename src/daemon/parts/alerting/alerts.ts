import type { Clock } from '../../../../machines/clock.ts'
import { createAlerts } from '../../../alerts/alerts.ts'
import { type AlertOffice, createAlertOffice } from '../../../alerts/office.ts'
import type { Handover } from '../../../cluster/handover/handover.ts'
import { reasonOf } from '../../../cluster/liveness/reason.ts'
import { createAllowance } from '../../../cluster/membership/allowance.ts'
import { tagsSaid } from '../../../cluster/peers/selecting.ts'
import type { Self } from '../../../cluster/peers/self.ts'
import type { Config } from '../../../config/config.ts'
import { WaitingAlert } from '../../../schemas/alerts/alert.ts'
import { Incident } from '../../../schemas/alerts/incident.ts'
import { Silence } from '../../../schemas/alerts/silence.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { AbsenceNotice } from '../../../schemas/opinions/absence.ts'
import type { Store } from '../../../store/store.ts'
import type { Watching } from '../watching.ts'
import { buildAlertSettings } from './alert-settings.ts'
import { createLook, type LookOptions } from './looking.ts'

export interface AlertingOptions extends Pick<LookOptions, 'local' | 'aggregate' | 'certificate' | 'flatrun'> {
  config: Config
  store: Store
  self: Self
  events: EventLog
  watching: Watching
  handover: Handover
  announce: (notice: AbsenceNotice) => Promise<void>
  clock: Clock
  onFault: (error: unknown) => void
}

/** Who is told when something is wrong, and when it is over. */
export async function buildAlerts(options: AlertingOptions): Promise<AlertOffice> {
  const { config, store, self, events, watching, clock, onFault } = options
  const { cluster } = watching
  const incidents = await store.table('incidents', Incident)
  const settings = await buildAlertSettings(config, store)
  const tagsOf = (id: string) => (id === 'self' ? config.cluster.tags : tagsSaid(store.members.get(id)))
  const alerts = createAlerts({
    config: settings.effective(),
    server: self.name,
    events,
    cluster,
    reasonOf,
    look: createLook({ ...options, dataPath: config.dataPath }),
    tagsOf,
    isMember: (id) => store.members.get(id) !== undefined,
    store: incidents,
    silences: await store.table('silences', Silence),
    waiting: await store.table('alerts_waiting', WaitingAlert),
    handover: options.handover,
    clock,
    onFault
  })
  return createAlertOffice({
    alerts,
    settings,
    events,
    now: clock.wall,
    mayTell: createAllowance({ perMinute: 30, now: clock.now }),
    tellPeers: options.announce,
    tags: () => ['self', ...store.members.all().map(({ id }) => id)].flatMap(tagsOf),
    onFault,
    find: (name) => {
      if (name.toLowerCase() === self.name().toLowerCase()) return { id: 'self', name: self.name() }
      return store.members.all().find((member) => member.name.toLowerCase() === name.toLowerCase())
    }
  })
}
