import createError from '@fastify/error'

/** Requests that are passed on to a peer. */

export const BadProxyPath = createError(
  'bad_path',
  "The path leads outside of the peer's /api, or holds characters that no path may have",
  400
)
export const LoopDetected = createError(
  'loop_detected',
  'This request has come through the proxy of a server already; ask the peer that it is meant for',
  508
)
export const PeerPending = createError<[string]>('peer_pending', 'Peer "%s" has not confirmed the join yet', 409)
export const PeerUnavailable = createError<[string, string]>('peer_offline', 'Peer "%s" was not asked: %s', 503)
export const PeerBusy = createError<[string]>(
  'peer_busy',
  'Too many requests to peer "%s" are under way; try again in a moment',
  503
)
export const PeerFailed = createError<[string, string]>('peer_unreachable', 'Peer "%s" gave no answer: %s', 502)
export const PeerTimedOut = createError<[string]>('peer_timeout', 'Peer "%s" did not answer in time', 504)
export const PeerRejected = createError<[string]>(
  'peer_rejected',
  'Peer "%s" refuses our key; remove it here and join it again',
  502
)
export const PeerForbids = createError<[string]>(
  'permission_denied',
  'Peer "%s" does not let this server do that; its policy for this server must be changed there',
  403
)
export const UpgradeRefused = createError<[string]>('upgrade_refused', 'Peer "%s" opens no WebSocket there', 502)
