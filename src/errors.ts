import createError from '@fastify/error'

/**
 * Every error that a caller can meet: code, sentence, status. Thrown where the rule lives; the HTTP layer only
 * answers with it. A sentence says what to do, and holds no secret and no peer's address.
 */
export const ClusterDisabled = createError('cluster_disabled', 'Cluster is not enabled', 400)
export const ClusterEnabled = createError('cluster_enabled', 'Cluster is already enabled', 409)
export const PeerUnknown = createError<[string]>('peer_unknown', 'peer "%s" not found', 404)
export const PeerNameTaken = createError<[string]>(
  'name_conflict',
  'A peer named "%s" exists already, or it is this server\'s own name; remove that peer or choose another server_name',
  409
)
export const AlreadyJoined = createError<[string]>(
  'already_joined',
  'A server at that address has joined already, as "%s"; remove that peer first',
  409
)
export const UpgradeRequired = createError(
  'upgrade_required',
  'Only a connection that changes to flatrun-reverse/1 can be opened here; send Connection: upgrade and Upgrade: flatrun-reverse/1',
  426
)
export const TooManyLinks = createError(
  'too_many_links',
  'Connections enough wait here already; open another when one of them was used',
  503
)
export const ReachedDirectly = createError(
  'reached_directly',
  'This server can dial the calling one, which need not keep connections open',
  409
)
export const SelfJoin = createError('self_join', 'That invite was made by this very server; use it on another one', 400)
export const OwnAddress = createError<[string]>(
  'own_address',
  '%s: is an address of this very server; name the other one',
  400
)
export const NotThere = createError<[string]>('not_there', '"%s" does not answer there; nothing was changed', 409)
export const BadRequest = createError<[string]>('bad_request', '%s', 400)
export const SetInConfig = createError<[string]>(
  'set_in_config',
  'The config of this server sets %s; change it there, or take it out there first',
  409
)
export const SilenceUnknown = createError('silence_unknown', 'There is no such silence, or it is over', 404)
export const UnsupportedMediaType = createError(
  'unsupported_media_type',
  'The body must be JSON, with content-type application/json',
  415
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
export const BodyEncoded = createError(
  'unsupported_encoding',
  'The body must not be compressed; send it without Content-Encoding',
  415
)
export const Unauthorized = createError<[string]>('unauthorized', '%s', 401)
export const ClockSkew = createError<[number]>(
  'clock_skew',
  'The clocks of the two servers differ by %d s; set both by NTP',
  401
)
export const OtherStart = createError(
  'other_start',
  'The request was signed for another start of this server; sign it for the one that this answer names',
  401
)
export const PermissionDenied = createError<[string]>('permission_denied', 'Permission denied: %s required', 403)
export const TooManyFailures = createError<[number]>(
  'too_many_failures',
  'Too many failed attempts from this address; try again in %d seconds',
  429
)
export const StoreFailed = createError<[ErrorOptions?]>(
  'store_failed',
  'The store cannot be written; nothing was changed. See the log of this server',
  503
)
export const StoreBusy = createError<[ErrorOptions?]>(
  'store_busy',
  'Another program holds the store of this server; nothing was changed. Try again in a moment',
  503
)
export const HeadersTooLarge = createError(
  'headers_too_large',
  'The headers of the request are larger than 16 KiB',
  431
)
export const RequestLate = createError('request_timeout', 'The request did not come to its end in time', 408)
export const NotHttp = createError('bad_http', 'What came is no request of HTTP/1.1', 400)
export const RepeatedHeader = createError<[string]>('repeated_header', 'The request has more than one "%s" header', 400)
export const Stopping = createError('stopping', 'This server is stopping; try again in a moment', 503)
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
export const UnknownHost = createError(
  'unknown_host',
  'This server does not know the host name it was called by; use its address, set cluster.server_name or cluster.advertise_url, or name the origin in api.allowed_origins',
  403
)
export const ForeignOrigin = createError(
  'foreign_origin',
  'Only pages of this server may do this; add the origin to api.allowed_origins to allow another',
  403
)
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
export const DeploymentNameInvalid = createError(
  'deployment_name_invalid',
  "A deployment's name is that of one folder: no slash or backslash in it, and no dot at its beginning",
  400
)
export const DeploymentUnknown = createError<[string]>('deployment_unknown', 'deployment "%s" not found', 404)
export const ServiceUnknown = createError<[string, string]>(
  'service_unknown',
  'deployment "%s" has no service "%s"',
  404
)
export const DeploymentBusy = createError<[string, string, string, string, string]>(
  'deployment_busy',
  'deployment "%s" is being %s by %s since %s; wait for job %s to end',
  409
)
export const JobUnknown = createError<[string, string]>(
  'job_unknown',
  'No job "%s" of deployment "%s"; finished ones are kept for 15 minutes',
  404
)
export const RolloutBusy = createError<[string, string]>('rollout_busy', '%s restarts it; stop rollout %s first', 409)
export const RolloutUnknown = createError<[string]>('rollout_unknown', 'No rollout "%s" since this node started', 404)
export const EngineUnavailable = createError<[string, ErrorOptions?]>('engine_unavailable', '%s', 503)
export const EngineRefused = createError<[string, ErrorOptions?]>('engine_refused', '%s', 502)
export const ProviderUnavailable = createError<[string]>('provider_unavailable', '%s', 422)
export const ComposeInvalid = createError<[string]>('compose_invalid', '%s; correct it and try again', 422)
export const ComposeMissing = createError(
  'compose_missing',
  'Its containers must be made first, and neither "docker compose" nor "docker-compose" is installed on this server; install one of them',
  503
)
export const ComposeFailed = createError<[string]>('compose_failed', 'compose did not succeed: %s', 502)
export const ProjectTaken = createError<[string, string]>(
  'project_taken',
  'The project name "%s" is that of containers from %s, which compose would take over; give one of both another name (name: in its compose file, or COMPOSE_PROJECT_NAME in its .env)',
  409
)
export const TooManyFollowers = createError(
  'too_many_followers',
  'Too many logs are being followed on this server; close one and try again',
  429
)

/** Ends the process with one line on stderr and an exit code of PROTOCOL §0. */
export class Fatal extends Error {
  override name = 'Fatal'
  readonly exitCode: number

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
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
export const RotationRefused = createError<[number]>(
  'rotation_refused',
  'The peer refused to change keys (status %d)',
  502
)
export const RotationOpen = createError<[string, ErrorOptions?]>(
  'rotation_open',
  'The peer gave a new key and could not be asked whether it takes it: %s. Both keys are kept, and it is asked again each minute',
  502
)
export const TooManyRotations = createError(
  'too_many_rotations',
  'This peer has asked for too many new keys; it may ask again in a minute',
  429
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
export const TooManyQuestions = createError<[number]>(
  'too_many_questions',
  'This peer has asked about others more than %d times in a minute; it may ask again in a minute',
  429
)
export const IdentityConflict = createError<[string]>(
  'identity_conflict',
  '"%s" is known here by another identity; compare the fingerprints on both servers, and remove the peer here before it joins anew',
  409
)
export const IntroductionUnknown = createError('introduction_unknown', 'Nobody introduced that server here', 404)
export const IntroductionWaits = createError(
  'introduction_waits',
  'That introduction waits for the word of an operator of this server',
  409
)
export const IntroductionExpired = createError(
  'introduction_expired',
  'That introduction has expired; let the server be introduced again',
  410
)
export const RemovedHere = createError(
  'removed_here',
  'An operator of this server removed or refused that server, and only an operator of this server can allow it again',
  403
)
export const TooManyIntroductions = createError<[number]>(
  'too_many_introductions',
  'That peer has %d introductions open here, or all peers together a thousand; some must be decided first',
  429
)
export const NothingToRestore = createError<[string]>('nothing_to_restore', 'The peer "%s" is not suspended', 409)
export const RestoreTooLate = createError<[string]>(
  'restore_too_late',
  'The peer "%s" was suspended more than 30 days ago; remove it and join it again',
  410
)
export const ExchangeStale = createError('exchange_stale', 'The two servers have made later keys than these', 409)
export const PreflightFailed = createError<[string]>(
  'preflight_failed',
  '%s. Nothing was spent; skip_checks joins all the same',
  409
)
