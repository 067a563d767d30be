/**
 * Whether a page of this very server asks. Browsers say which page opens a WebSocket, and let any page do it. The host is
 * the one that the caller named, or a trusted proxy for it; a port that goes without saying may be said.
 */
export function isOwnOrigin(origin: string, host: string): boolean {
  const page = URL.parse(origin)
  return page !== null && URL.parse(`${page.protocol}//${host}`)?.host === page.host && page.host !== ''
}

/** Whether a page may open a WebSocket here: no browser asks before, as it does for fetch. Programs name no page. */
export const mayOpenSocket = (origin: string | undefined, host: string, openers: readonly string[]): boolean =>
  origin === undefined || isOwnOrigin(origin, host) || openers.includes(origin) || openers.includes('*')

/**
 * The pages of other servers that may open WebSockets. `*` is any page that shows a key or a ticket of its own; without
 * keys the browser alone lets a page in here, so it has to be named.
 */
export const openersOf = ({ api, auth }: { api: { allowedOrigins: readonly string[] }; auth: { enabled: boolean } }) =>
  auth.enabled ? api.allowedOrigins : api.allowedOrigins.filter((origin) => origin !== '*')
