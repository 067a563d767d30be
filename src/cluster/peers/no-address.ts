/** No name below it is ever found (RFC 6761 §6.4). */
const SUFFIX = '.invalid'

/** What stands in the place of a URL for a server that has no address of its own. Nobody can dial it. */
export const noAddress = (nodeId: string, { https }: { https: boolean }) =>
  `${https ? 'https' : 'http'}://${nodeId}${SUFFIX}`

export const hasAddress = (url: string) => !URL.parse(url)?.hostname.endsWith(SUFFIX)

/** A URL as people see it: empty where there is no address. */
export const shownUrl = (url: string) => (hasAddress(url) ? url : '')
