import createError from '@fastify/error'

/** The page that shows the running machines. */

export const InspectorOff = createError(
  'inspector_off',
  'The inspector is off on this server; set cluster.inspector.enabled: true and restart it',
  404
)
export const InspectorNotBuilt = createError(
  'inspector_not_built',
  'The page of the inspector is not built here; run npm run build:dashboard',
  404
)
export const WatchTicketInvalid = createError(
  'watch_ticket_invalid',
  'Watching needs a ticket of POST /api/inspector/ticket that is less than a minute old and was not used before',
  401
)
export const TooManyWatchers = createError<[number]>(
  'too_many_watchers',
  '%d watch this server already; close one of their pages',
  429
)
