import { BadProxyPath, LoopDetected } from '../../errors/proxy.ts'
import { SLASHES_BEFORE_TAIL } from './mount.ts'

const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:;[^/]*)?(?:\/|$)/
const LOOP = /^\/*cluster\/+peers\/+[^/]+\/+proxy(?:\/|$)/i
const MAX_DECODINGS = 3

/**
 * The peer's path and query, from the raw URL: a decoded parameter would be decoded once too often. What is under
 * `/api/` here stays under `/api/` there, however often the peer decodes it.
 * @throws BadProxyPath, LoopDetected
 */
export function upstreamPath(rawUrl: string): string {
  // Also refuses the absolute form, in which a URL names another host (RFC 9112 §3.2.2).
  if (!rawUrl.startsWith('/') || rawUrl.includes('#')) throw new BadProxyPath()
  const mark = rawUrl.indexOf('?')
  const end = mark === -1 ? rawUrl.length : mark
  const start = tailStart(rawUrl)
  const tail = start <= end ? rawUrl.slice(start, end) : ''
  assertPlain(tail)
  return `/api/${tail}${rawUrl.slice(end)}`
}

function tailStart(rawUrl: string): number {
  let at = -1
  for (let count = 0; count < SLASHES_BEFORE_TAIL; count++) {
    at = rawUrl.indexOf('/', at + 1)
    if (at === -1) return rawUrl.length
  }
  return at + 1
}

/** However often it is decoded, a path stays below where it begins. @throws BadProxyPath, LoopDetected */
export function assertPlain(tail: string): void {
  let path = tail
  for (let round = 0; ; round++) {
    if (DOT_SEGMENT.test(path) || path.includes('\\') || hasControl(path)) throw new BadProxyPath()
    if (LOOP.test(path)) throw new LoopDetected()
    if (round === MAX_DECODINGS || !path.includes('%')) return
    const next = decoded(path)
    // Where a second decoding fails, the percent signs are just that: "100%25" is a name.
    if (next === undefined && round > 0) return
    if (next === undefined) throw new BadProxyPath()
    path = next
  }
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function hasControl(path: string): boolean {
  for (let at = 0; at < path.length; at++) {
    const char = path.charCodeAt(at)
    if (char < 0x20 || char === 0x7f) return true
  }
  return false
}
