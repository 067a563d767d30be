/**
 * `127.0.0.1:8080:80/tcp`, or `0.0.0.0:8080->80/tcp` of FlatRun's agent, as people say it: `127.0.0.1:8080 → 80`. All
 * addresses and tcp are what is meant when nothing is said.
 */
export function portWords(port: string): string {
  const match = /^(?:(.*):)?([\d-]+)(?:->|:)([\d-]+)(?:\/(\w+))?$/.exec(port)
  if (!match) return port.replace(/\/tcp$/, '')
  const [, host = '', outside, inside, protocol = 'tcp'] = match
  const everywhere = ['', '0.0.0.0', '::', '[::]'].includes(host)
  return `${everywhere ? '' : `${host}:`}${outside} → ${inside}${protocol === 'tcp' ? '' : `/${protocol}`}`
}

/** The port on the host alone. */
export const hostPort = (port: string) => /(?:^|:)([\d-]+)(?:->|:)[\d-]+(?:\/\w+)?$/.exec(port)?.[1] ?? port
