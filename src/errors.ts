import createError from '@fastify/error'

/**
 * Every error that a caller can meet: code, sentence, status. Thrown where the rule lives; the HTTP layer only
 * answers with it. A sentence says what to do, and holds no secret and no peer's address.
 */
export const ClusterDisabled = createError('cluster_disabled', 'Cluster is not enabled', 400)
export const ClusterEnabled = createError('cluster_enabled', 'Cluster is already enabled', 409)
export const PeerUnknown = createError<[string]>('peer_unknown', 'peer "%s" not found', 404)
