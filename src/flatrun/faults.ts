import createError from '@fastify/error'

/** What a caller meets where FlatRun's agent behind this one is needed. No sentence holds a key or an answer of FlatRun's. */
export const FlatRunDown = createError<[string, ErrorOptions?]>(
  'flatrun_down',
  'FlatRun’s agent on this server cannot be asked: %s. What this agent answers itself goes on',
  502
)
export const FlatRunUnclear = createError<[string]>(
  'flatrun_unclear',
  'FlatRun’s agent on this server does not answer like one: %s; look at flatrun.url',
  502
)
export const FlatRunClusterOn = createError(
  'flatrun_cluster_on',
  'The cluster section of FlatRun’s own agent is on, and there can be only one; set cluster.enabled: false in its config, and restart it',
  503
)
export const FlatRunBusy = createError('flatrun_busy', 'Too many keys are being looked up; try again in a moment', 503)
export const FlatRunKeyMissing = createError(
  'flatrun_key_missing',
  'FlatRun knows neither peers nor keys of this agent, so it needs one of its own for them; set flatrun.api_key to an admin key of FlatRun’s',
  503
)
export const FlatRunKeyRefused = createError<[string]>(
  'flatrun_key_refused',
  'FlatRun gave no key for this caller: %s',
  502
)
export const NotFromHere = createError(
  'not_from_here',
  'FlatRun’s web server reports here, and only from this machine',
  403
)
