import { Fault } from './fault.ts'
import { isMapping, type Mapping, textOf, type Value } from './yaml/value.ts'

const SHORT =
  /^(?:(?:\[(?<six>[^\]]*)\]|(?<four>[^:[\]]*)):(?=.*:))?(?:(?<published>[\d-]*):)?(?<target>\d+(?:-\d+)?)(?:\/(?<protocol>\w+))?$/

/** A port in its long form, one for each of a range; compose-spec, ports, short syntax. */
export function longPorts(port: Value, where: string): Value[] {
  if (isMapping(port)) {
    if (textOf(port.get('target')) === undefined) throw new Fault(`has a port without a target at ${where}`)
    return [port]
  }
  const parts = (textOf(port) ?? '').match(SHORT)?.groups
  const targets = rangeOf(parts?.target)
  const published = rangeOf(parts?.published || undefined)
  if (!parts || !targets || (parts.published && !published)) {
    throw new Fault(`has a port at ${where} that is none: write HOST:CONTAINER`)
  }
  if (published && targets.length > 1 && published.length !== targets.length) {
    throw new Fault(`has two port ranges of different lengths at ${where}`)
  }
  return targets.map((target, index): Mapping => {
    const one = published && (targets.length === 1 ? parts.published : String(published[index]))
    const host = parts.six ?? parts.four
    return new Map<string, Value>([
      ...(host ? [['host_ip', host] as const] : []),
      ...(one ? [['published', one] as const] : []),
      ['target', target],
      ['protocol', parts.protocol ?? 'tcp']
    ])
  })
}

function rangeOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined
  const [first = Number.NaN, last = first] = text.split('-').map(Number)
  if (!(first <= last && last <= 65_535)) return undefined
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** A long port as people write it: `127.0.0.1:8080:80`, `53:53/udp`. */
export function describePort(port: Mapping): string {
  const text = (key: string) => textOf(port.get(key)) ?? ''
  const protocol = text('protocol') || 'tcp'
  const inside = protocol === 'tcp' ? text('target') : `${text('target')}/${protocol}`
  const address = text('host_ip').includes(':') ? `[${text('host_ip')}]` : text('host_ip')
  if (address !== '') return `${address}:${text('published')}:${inside}`
  return text('published') === '' ? inside : `${text('published')}:${inside}`
}
