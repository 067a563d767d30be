/** Whether a page of this very server asks. Browsers say which page opens a WebSocket, and let any page do it. */
export const isOwnOrigin = (origin: string, host = '') => URL.parse(origin)?.host === host.toLowerCase()
