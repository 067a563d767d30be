/** Where the API of each peer is mounted in ours. */
export const PROXY_PREFIX = '/api/cluster/peers/:name/proxy'

/** Slashes of a request's own URL before the part that is the peer's. */
export const SLASHES_BEFORE_TAIL = PROXY_PREFIX.split('/').length

/** The address here of what a peer has under its `/api/`. */
export const throughProxy = (name: string, tail: string): string =>
  `${PROXY_PREFIX.replace(':name', () => encodeURIComponent(name))}/${tail}`

/** The name of the peer that a request is for; the plugin's routes have no schema, so their parameters have no type. */
export const peerNameIn = (params: unknown): string =>
  typeof params === 'object' && params !== null && 'name' in params ? String(params.name) : ''
