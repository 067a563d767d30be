import { PeerUnknown, SilenceUnknown } from '../errors/members.ts'
import { BadRequest } from '../errors/requests.ts'
import type { AlertTest } from '../schemas/alerts/alert.ts'
import type { AlertSettings, AlertsView, SilenceRequest, SilenceView } from '../schemas/alerts/alert-api.ts'
import { DAY_MS, parseDuration } from '../schemas/duration.ts'
import type { EventLog } from '../schemas/event.ts'
import { sameName } from '../schemas/names.ts'
import type { AbsenceNotice } from '../schemas/opinions/absence.ts'
import { type AbsenceOptions, createAbsences } from './absences.ts'
import type { AlertCentre } from './alerts.ts'
import { targetIn } from './delivery/undelivered.ts'
import { nameIn } from './findings/facts.ts'
import type { AlertSettingsStore } from './settings.ts'
import { alertsView, silenceView } from './view.ts'

export interface OfficeOptions extends Pick<AbsenceOptions, 'mayTell' | 'tellPeers'> {
  alerts: AlertCentre
  settings: AlertSettingsStore
  events: Pick<EventLog, 'since' | 'publish'>
  now: () => number
  /** This server (`self`) or a member, by its name. */
  find: (name: string) => { id: string; name: string } | undefined
  /** Of all servers. */
  tags: () => readonly string[]
  onFault: (fault: unknown) => void
}

const LONGEST_SILENCE_MS = 90 * DAY_MS

/** What operators do with alerts: look, change, try, silence. */
export function createAlertOffice(options: OfficeOptions) {
  const { alerts, settings, events, now, find, tags, onFault } = options
  const { silences } = alerts
  const absences = createAbsences({ ...options, silences, grace: () => settings.effective().grace })
  const view = () => alertsView(alerts, settings, events)

  return {
    view,
    /** Where messages go now. */
    targets: () => alerts.targets().map(({ target }) => target),
    failing: () => alerts.problems().flatMap(({ kind, key }) => (kind === 'alert' ? [nameIn(targetIn(key))] : [])),
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
    async silence({ server, tag, for: length, reason, everywhere }: SilenceRequest, by: string): Promise<SilenceView> {
      const ms = parseDuration(length)
      if (ms === undefined || ms < 1 || ms > LONGEST_SILENCE_MS)
        throw new BadRequest('for: expected a duration of at most 90d, such as 2h')
      if (server !== undefined && tag !== undefined) throw new BadRequest('name a server or a tag, not both')
      if (tag !== undefined) assertKnown(tag, tags())
      const found = server === undefined ? undefined : find(server)
      if (server !== undefined && !found) throw new PeerUnknown(server)
      if (everywhere) absences.assertOwn(found?.id, ms)
      const silence = await silences.add({
        ...(found && { server_id: found.id, server: found.name }),
        ...(tag !== undefined && { tag }),
        until: Math.round(now() + ms),
        by,
        ...(reason !== undefined && { reason }),
        origin: 'operator',
        ...(everywhere && { everywhere })
      })
      alerts.review()
      if (everywhere) absences.tell().catch(onFault)
      return silenceView(silence)
    },
    /** @throws SilenceUnknown */
    async endSilence(id: string): Promise<void> {
      const silence = silences.current().find((one) => one.id === id)
      if (!(await silences.end(id))) throw new SilenceUnknown()
      alerts.review()
      if (silence?.everywhere) absences.tell().catch(onFault)
    },
    /** The maintenance of this server that its peers know of. */
    ongoing: absences.ongoing,
    /** A peer says that it will be away. @throws TooManyQuestions */
    async absent(peer: { id: string; name: string }, notice: AbsenceNotice): Promise<void> {
      await absences.hear(peer, notice)
      alerts.review()
    }
  }
}

function assertKnown(tag: string, tags: readonly string[]): void {
  if (tags.some((one) => sameName(one, tag))) return
  const known = [...new Set(tags)].toSorted()
  const which = known.length > 0 ? `there are ${known.slice(0, 20).join(', ')}` : 'no server has one (cluster.tags)'
  throw new BadRequest(`tag: no server has the tag "${tag}"; ${which}`)
}

export type AlertOffice = ReturnType<typeof createAlertOffice>
