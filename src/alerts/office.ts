import { BadRequest, PeerUnknown, SilenceUnknown } from '../errors.ts'
import type { AlertTest } from '../schemas/alerts/alert.ts'
import type { AlertSettings, AlertsView, SilenceRequest, SilenceView } from '../schemas/alerts/alert-api.ts'
import { DAY_MS, parseDuration } from '../schemas/duration.ts'
import type { EventLog } from '../schemas/event.ts'
import type { AlertCentre } from './alerts.ts'
import type { AlertSettingsStore } from './settings.ts'
import { alertsView, silenceView } from './view.ts'

export interface OfficeOptions {
  alerts: AlertCentre
  settings: AlertSettingsStore
  events: Pick<EventLog, 'since'>
  now: () => number
  /** This server (`self`) or a member, by its name. */
  find: (name: string) => { id: string; name: string } | undefined
}

const LONGEST_SILENCE_MS = 90 * DAY_MS

/** What operators do with alerts: look, change, try, silence. */
export function createAlertOffice({ alerts, settings, events, now, find }: OfficeOptions) {
  const view = () => alertsView(alerts, settings, events)

  return {
    view,
    /** Where messages go now. */
    targets: () => alerts.targets().map(({ target }) => target),
    failing: () => alerts.problems().flatMap(({ kind, key }) => (kind === 'alert' ? [alerts.targetOf(key)] : [])),
    close: alerts.close,
    /** @throws BadRequest, SetInConfig */
    async put(sent: AlertSettings): Promise<AlertsView> {
      await settings.put(sent)
      alerts.use(settings.effective())
      return view()
    },
    /** @throws BadRequest where there is no such target */
    async test(target?: string): Promise<AlertTest> {
      if (target !== undefined && !alerts.targets().some(({ key }) => key === target))
        throw new BadRequest('There is no target of that name')
      return alerts.test(target)
    },
    /** @throws BadRequest, PeerUnknown */
    async silence({ server, tag, for: length, reason }: SilenceRequest, by: string): Promise<SilenceView> {
      const ms = parseDuration(length)
      if (ms === undefined || ms < 1 || ms > LONGEST_SILENCE_MS)
        throw new BadRequest('for: expected a duration of at most 90d, such as 2h')
      if (server !== undefined && tag !== undefined) throw new BadRequest('name a server or a tag, not both')
      const found = server === undefined ? undefined : find(server)
      if (server !== undefined && !found) throw new PeerUnknown(server)
      const silence = await alerts.silences.add({
        ...(found && { server_id: found.id, server: found.name }),
        ...(tag !== undefined && { tag }),
        until: Math.round(now() + ms),
        by,
        ...(reason !== undefined && { reason }),
        origin: 'operator'
      })
      alerts.review()
      return silenceView(silence)
    },
    /** @throws SilenceUnknown */
    async endSilence(id: string): Promise<void> {
      if (!(await alerts.silences.end(id))) throw new SilenceUnknown()
      alerts.review()
    }
  }
}

export type AlertOffice = ReturnType<typeof createAlertOffice>
