import { isRecord } from '../../untyped.ts'
/** Where the API of each peer is mounted in ours. */
export const PROXY_PREFIX = '/api/cluster/peers/:name/proxy'

/** Slashes of a request's own URL before the part that is the peer's. */
export const SLASHES_BEFORE_TAIL = PROXY_PREFIX.split('/').length

/** The way from a request's own URL to where the peer's part begins, as a relative reference does it (RFC 3986 §5.2). */
export function upToProxy(rawUrl: string): string {
  const folders = (rawUrl.split('?', 1)[0] ?? '').split('/').length - 1 - SLASHES_BEFORE_TAIL
  if (folders < 0) return `${PROXY_PREFIX.split('/').at(-1)}/`
  return folders === 0 ? './' : '../'.repeat(folders)
}

/** The name of the peer that a request is for; the plugin's routes have no schema, so their parameters have no type. */
export const peerNameIn = (params: unknown): string =>
  isRecord(params) && params.name !== undefined ? String(params.name) : ''
