import type { AlertsView, SilenceView } from '../schemas/alerts/alert-api.ts'
import type { Silence } from '../schemas/alerts/silence.ts'
import type { EventLog } from '../schemas/event.ts'
import type { AlertCentre } from './alerts.ts'
import type { AlertSettingsStore } from './settings.ts'
import { hostOf, whereOf } from './where.ts'

const MOST_DELIVERIES = 50
const DELIVERIES: ReadonlySet<string> = new Set(['alert.sent', 'alert.told', 'alert.failed'])
const iso = (wall: number) => new Date(wall).toISOString()

/** Everything about alerts that an operator may see. */
export function alertsView(
  alerts: AlertCentre,
  settings: AlertSettingsStore,
  events: Pick<EventLog, 'since'>
): AlertsView {
  const { delay, grace, remind, rules, maintenance, heartbeat } = settings.effective()
  return {
    delay,
    grace,
    remind,
    rules,
    maintenance,
    ...(heartbeat.url !== '' && { heartbeat: { where: hostOf(heartbeat.url), every: heartbeat.every } }),
    targets: alerts.targets().map(({ key, target, failing, waiting }, index) => ({
      name: key,
      type: target.type,
      where: whereOf(target),
      from: settings.isOwn(index) ? 'here' : 'config',
      waiting,
      ...(failing && { failing_since: iso(failing.since), error: failing.reason })
    })),
    silences: alerts.silences.current().map(silenceView),
    problems: alerts.problems().map((problem) => {
      const { kind, server, title, detail, since, grave, key } = problem
      return {
        kind,
        server,
        title,
        ...(detail !== undefined && { detail }),
        since: iso(since),
        grave,
        told: alerts.told(key),
        silenced: alerts.hushed(problem)
      }
    }),
    deliveries: deliveriesIn(events),
    fixed: [...settings.fixed],
    settings: settings.view()
  }
}

export const silenceView = ({
  id,
  server,
  tag,
  since,
  until,
  by,
  reason,
  origin,
  everywhere
}: Silence): SilenceView => ({
  id,
  ...(server !== undefined && { server }),
  ...(tag !== undefined && { tag }),
  since: iso(since),
  until: iso(until),
  by,
  ...(reason !== undefined && { reason }),
  origin,
  ...(everywhere && { everywhere })
})

function deliveriesIn(events: Pick<EventLog, 'since'>): AlertsView['deliveries'] {
  const told = events.since(0).filter(({ type }) => DELIVERIES.has(type))
  return told
    .slice(-MOST_DELIVERIES)
    .toReversed()
    .map(({ at, type, reason = '', facts = {} }) => ({
      at,
      target: String(facts.target ?? ''),
      ok: type !== 'alert.failed',
      title: String(facts.title ?? reason),
      ...(facts.by !== undefined && { by: String(facts.by) }),
      ...(type === 'alert.failed' && { error: reason })
    }))
}
