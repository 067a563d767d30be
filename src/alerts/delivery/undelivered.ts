import type { Problem } from '../../schemas/alerts/incident.ts'
import type { Trouble } from './delivery.ts'

const ALERT = 'alert '
/** No name of a target may hold a line break. */
export const HEARTBEAT = '\nheartbeat'

/** The problem that messages to a target, or heartbeats, do not arrive. */
export const undelivered = (target: string, what: string, server: string, trouble: Trouble): Problem => ({
  key: keyOf(target),
  kind: 'alert',
  server,
  server_id: 'self',
  since: trouble.since,
  title: `${what} do not arrive`,
  detail: trouble.reason,
  ...{ grave: false, local: true }
})

export const keyOf = (target: string) => `${ALERT}${target}`

/** Whose messages do not arrive, by the key of that problem. */
export const targetIn = (key: string) => key.slice(ALERT.length)
