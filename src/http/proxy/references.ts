import { upToProxy } from './mount.ts'

/** To what it is an answer. */
export interface AnswerOf {
  /** The path of the caller's request, as it came here. */
  asked: string
  /** The path of the peer's URL, without trailing slash. */
  base: string
  /** The peer's own path of the request, without the base. */
  path: string
}

/**
 * Where the peer points into its own API, the same place through us; where it points elsewhere, nowhere. Relative to the
 * request: in which folder a proxy shows this server, the caller alone can see.
 */
export function throughUs(reference: string, { asked, base, path }: AnswerOf): string | undefined {
  const url = URL.parse(reference, `http://peer.invalid${base}${path}`)
  const prefix = `${base}/api/`
  if (!url?.pathname.startsWith(prefix)) return undefined
  return `${upToProxy(asked)}${url.pathname.slice(prefix.length)}${url.search}${url.hash}`
}

/** One link of a `Link` header (RFC 8288 §3): its target, and its parameters with commas inside quotes only. */
const LINK = /\s*<([^<>]*)>((?:[^",]|"(?:[^"\\]|\\.)*")*)(?:,|$)/y
/** Also one that only looks like it, inside quotes: a link that is left out too often does no harm. */
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/gi
/** A browser acts on these without being asked. */
const ACTS =
  /(?:^|\s)(?:compression-dictionary|dns-prefetch|expect|icon|manifest|modulepreload|preconnect|prefetch|preload|prerender|serviceworker|stylesheet)(?:\s|$)/i

/**
 * The links of a peer's answer, as they lead for the caller: into its API through us, to other sites as they are. What
 * a browser would fetch by itself is left out, and so is all that leads to the peer's own pages. Undefined: none is left.
 */
export function linksThroughUs(header: string, place: AnswerOf): string | undefined {
  const links: string[] = []
  LINK.lastIndex = 0
  while (LINK.lastIndex < header.length) {
    const [found, target = '', parameters = ''] = LINK.exec(header) ?? []
    if (found === undefined) return undefined
    if ([...parameters.matchAll(REL)].some(([, quoted, bare]) => ACTS.test(quoted ?? bare ?? ''))) continue
    const leads = throughUs(target, place) ?? (isElsewhere(target) ? target : undefined)
    if (leads !== undefined) links.push(`<${leads}>${parameters.trimEnd()}`)
  }
  return links.length > 0 ? links.join(', ') : undefined
}

/** An address with a scheme of its own leads to the same place from everywhere. */
const isElsewhere = (target: string) => /^(?:https?|mailto|urn):/i.test(target)
