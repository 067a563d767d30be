import { BadProxyPath } from '../../errors.ts'
import { assertPlain } from '../proxy/path.ts'
import { isKept } from './ways.ts'

/**
 * The decoded path of a request that is to go on to FlatRun's agent, which decodes once as well. One that either of the
 * two could read in another way goes nowhere: behind it could be what this agent keeps to itself.
 * @throws BadProxyPath
 */
export function pathInside(rawUrl: string): string {
  if (!rawUrl.startsWith('/api/') || rawUrl.includes('#')) throw new BadProxyPath()
  const [raw = ''] = rawUrl.split('?', 1)
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
