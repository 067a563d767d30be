import type { Card } from '../../../schemas/joining/card.ts'

export const CARDS_OF_A_PAGE = 100
/** Below what the other side takes, with room for the words around. */
const BYTES_OF_A_PAGE = 60_000

/** As many cards as one request may hold. */
export function pagesOf<Entry extends { card: Card }>(entries: readonly Entry[]): Entry[][] {
  const pages: Entry[][] = []
  let bytes = 0
  for (const entry of entries) {
    const size = Buffer.byteLength(JSON.stringify(entry.card)) + 1
    const page = pages.at(-1)
    if (!page || page.length >= CARDS_OF_A_PAGE || bytes + size > BYTES_OF_A_PAGE) {
      pages.push([entry])
      bytes = size
    } else {
      page.push(entry)
      bytes += size
    }
  }
  return pages
}
