import { LRUCache } from 'lru-cache'
import { BadProxyPath } from '../../errors/proxy.ts'
import { assertPlain } from '../proxy/path.ts'
import { isKept } from './ways.ts'

const MOST = 1_000
const LONGEST = 256

/** Finds the place of each request; undefined for what is this agent's own, and is no route of it. A page asks for few. */
export function createPlaces() {
  const known = new LRUCache<string, string>({ max: MOST })

  /** @throws BadProxyPath */
  return function placeOf(rawUrl: string): string | undefined {
    const mark = rawUrl.indexOf('?')
    const raw = mark === -1 ? rawUrl : rawUrl.slice(0, mark)
    const before = known.get(raw)
    if (before !== undefined) return before
    if (isKept(raw)) return undefined
    const path = pathInside(raw)
    if (raw.length <= LONGEST) known.set(raw, path)
    return path
  }
}

/**
 * The decoded path of a request that is to go on to FlatRun's agent, which decodes once as well. One that either of the
 * two could read in another way goes nowhere: behind it could be what this agent keeps to itself.
 * @throws BadProxyPath
 */
function pathInside(raw: string): string {
  if (!raw.startsWith('/api/') || raw.includes('#')) throw new BadProxyPath()
  assertPlain(raw)
  const path = decodeURIComponent(raw)
  if (isKept(single(path)) || isKept(single(decodedAgain(path)))) throw new BadProxyPath()
  return path
}

const single = (path: string) => path.replace(/\/+/g, '/')

function decodedAgain(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
