import createError from '@fastify/error'

/** The members of the cluster, their keys and links. */

export const ClusterDisabled = createError('cluster_disabled', 'Cluster is not enabled', 400)
export const ClusterEnabled = createError('cluster_enabled', 'Cluster is already enabled', 409)
export const PeerUnknown = createError<[string]>('peer_unknown', 'peer "%s" not found', 404)
export const PeerNameTaken = createError<[string]>(
  'name_conflict',
  'A peer named "%s" exists already, or it is this server\'s own name; remove that peer or choose another server_name',
  409
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
export const SilenceUnknown = createError('silence_unknown', 'There is no such silence, or it is over', 404)
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
export const TooManyQuestions = createError<[number]>(
  'too_many_questions',
  'This peer has asked about others more than %d times in a minute; it may ask again in a minute',
  429
)
