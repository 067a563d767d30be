import createError from '@fastify/error'

/**
 * Every error that a caller can meet: code, sentence, status. Thrown where the rule lives; the HTTP layer only
 * answers with it. A sentence says what to do, and holds no secret and no peer's address.
 */

export const UpgradeRequired = createError(
  'upgrade_required',
  'Only a connection that changes to flatrun-reverse/1 can be opened here; send Connection: upgrade and Upgrade: flatrun-reverse/1',
  426
)
export const NotThere = createError<[string]>('not_there', '"%s" does not answer there; nothing was changed', 409)
export const BadRequest = createError<[string]>('bad_request', '%s', 400)
export const SetInConfig = createError<[string]>(
  'set_in_config',
  'The config of this server sets %s; change it there, or take it out there first',
  409
)
export const UnsupportedMediaType = createError(
  'unsupported_media_type',
  'The body must be JSON, with content-type application/json',
  415
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
export const ProviderUnavailable = createError<[string]>('provider_unavailable', '%s', 422)
