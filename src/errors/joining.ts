import createError from '@fastify/error'

/** What stands in the way of a join. */

export const AlreadyJoined = createError<[string]>(
  'already_joined',
  'A server at that address has joined already, as "%s"; remove that peer first',
  409
)
export const SelfJoin = createError('self_join', 'That invite was made by this very server; use it on another one', 400)
export const OwnAddress = createError<[string]>(
  'own_address',
  '%s: is an address of this very server; name the other one',
  400
)
export const NoCallbackUrl = createError(
  'no_callback_url',
  'No callback URL available. Set cluster.advertise_url in config or pass callback_url in the request.',
  400
)
export const InsecureTransport = createError(
  'insecure_transport',
  'peer_url is plain http to a public address, so keys could be read on the way; use https, or set cluster.allow_insecure_exchange: always',
  400
)
export const InviteUnknown = createError('invite_unknown', 'Invalid or expired invite token', 404)
export const InviteUsed = createError('invite_used', 'Invite has already been used', 409)
export const InviteExpired = createError('invite_expired', 'Invite has expired', 410)
export const InviteOtherName = createError<[string]>('invite_other_name', 'This invite is for a server named "%s"', 409)
export const InviteLimit = createError(
  'invite_limit',
  'There are 100 open invites already; revoke some with DELETE /api/cluster/invites/:id',
  409
)
export const InviteIdUnknown = createError<[string]>('invite_id_unknown', 'No open invite "%s"', 404)
export const ContactFailed = createError<[string, ErrorOptions?]>('peer_unreachable', 'Failed to contact peer: %s', 502)
export const ContactTimedOut = createError<[ErrorOptions?]>(
  'peer_timeout',
  'Failed to contact peer: it did not answer in time. It may have recorded this server: if it lists it, remove it there and use a new invite',
  504
)
export const PeerSilent = createError<[ErrorOptions?]>(
  'peer_timeout',
  'Failed to contact peer: it did not answer in time; nothing was spent',
  504
)
export const ExchangeRejected = createError<[string, ErrorOptions?]>(
  'exchange_rejected',
  'Peer rejected exchange: %s',
  502
)
export const BadPeerAnswer = createError<[string]>('peer_bad_answer', 'Failed to parse peer response: %s', 502)
/** The other server itself said it, so asking again changes nothing. */
export const AnswerRefused = createError<[string]>(
  'peer_answer_refused',
  'The answer of the other server was refused here: %s',
  502
)
export const SealedOnly = createError(
  'sealed_only',
  'This server only takes sealed exchanges; join it with flatrun-cluster, or set cluster.exchange: any on it',
  426
)
export const JoinInterrupted = createError<[string, ErrorOptions?]>(
  'join_interrupted',
  'Not joined yet: %s. This server keeps trying until the invite expires; see GET /api/cluster/joins',
  504
)
export const NothingToApprove = createError<[string]>(
  'nothing_to_approve',
  'The peer "%s" does not wait for approval',
  409
)
export const TooManyLooks = createError(
  'too_many_looks',
  'This invite was looked at more than ten times in a minute; try again in a minute',
  429
)
export const ExchangeStale = createError('exchange_stale', 'The two servers have made later keys than these', 409)
export const PreflightFailed = createError<[string]>(
  'preflight_failed',
  '%s. Nothing was spent; skip_checks joins all the same',
  409
)
