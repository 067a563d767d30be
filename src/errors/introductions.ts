import createError from '@fastify/error'

/** Members that members tell of. */

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
