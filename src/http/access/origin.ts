/**
 * Whether a page of this very server asks. Browsers say which page opens a WebSocket, and let any page do it. The host is
 * the one that the caller named, or a trusted proxy for it; a port that goes without saying may be said.
 */
export function isOwnOrigin(origin: string, host: string): boolean {
  const page = URL.parse(origin)
  return page !== null && URL.parse(`${page.protocol}//${host}`)?.host === page.host && page.host !== ''
}
