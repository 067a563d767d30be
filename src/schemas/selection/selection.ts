import { SelectionFault, type Term, termsOf } from './terms.ts'

export { SelectionFault }

export interface Selectable {
  name: string
  tags: readonly string[]
  /** What it says of itself where that chooses nobody: behind `not` it counts. */
  claimed?: readonly string[]
}

/** Each of `on` narrows what those before it left, and a comma in it widens it; what `not` means is taken away. */
export interface Selection {
  on: readonly string[]
  not?: readonly string[]
}

/**
 * The servers that a selection means, in the order in which they are given; without `on` it is all of them. Every word must mean
 * somebody, also behind `not`: a slip must never choose more than was meant.
 * @throws SelectionFault where a word, or the whole, means nobody
 */
export function selected<Server extends Selectable>(servers: readonly Server[], { on, not = [] }: Selection): Server[] {
  const chosen = on.map((text) => meant(servers, text))
  const withClaims = servers.map((server) => ({ ...server, tags: [...server.tags, ...(server.claimed ?? [])], server }))
  const left = new Set(not.flatMap((text) => [...meant(withClaims, text)].map(({ server }) => server)))
  const found = servers.filter((server) => chosen.every((some) => some.has(server)) && !left.has(server))
  if (found.length === 0) throw new SelectionFault(`no server is ${wordsOf({ on, not })}`)
  return found
}

/** Whether it says more than a list of names. */
export const isWide = ({ on, not = [] }: Selection): boolean =>
  not.length > 0 || on.length > 1 || on.some((text) => termsOf(text).some(({ kind }) => kind !== 'name'))

function meant<Server extends Selectable>(servers: readonly Server[], text: string): Set<Server> {
  return new Set(
    termsOf(text).flatMap((term) => {
      const found = servers.filter((server) => fits(server, term))
      if (found.length === 0) throw new SelectionFault(nobody(servers, term))
      return found
    })
  )
}

function fits({ name, tags }: Selectable, { kind, word }: Term): boolean {
  if (kind === 'all') return true
  if (kind === 'tag') return tags.some((tag) => tag.toLowerCase() === word)
  return kind === 'name' ? name.toLowerCase() === word : isLike(name.toLowerCase(), word)
}

/** A star stands for any letters. Without a regular expression, which a hostile pattern could make slow. */
function isLike(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  let from = first.length
  for (const piece of rest) {
    const at = name.indexOf(piece, from)
    if (at < 0 || at + piece.length > name.length - last.length) return false
    from = at + piece.length
  }
  return true
}

function nobody(servers: readonly Selectable[], { written, kind, word }: Term): string {
  const tag = written.replace(/^(@|tag:)/, '')
  const claiming = servers.filter(({ claimed = [] }) => claimed.some((one) => one.toLowerCase() === word))
  if (kind === 'tag' && claiming.length > 0)
    return `${tag} is only what ${claiming.map(({ name }) => name).join(', ')} ${claiming.length === 1 ? 'says of itself' : 'say of themselves'}: for a change, name the servers, or set the tag here`
  if (kind === 'tag') return `no server has the tag ${tag}`
  return kind === 'pattern' ? `no server is named like ${written}` : `no server is named ${written}`
}

const wordsOf = ({ on, not = [] }: Selection) =>
  [on.join(' and ') || 'left', ...(not.length > 0 ? [`not ${not.join(', ')}`] : [])].join(', ')
