/** One word of a selection, as it was written and as it is meant. */
export interface Term {
  written: string
  kind: 'all' | 'tag' | 'pattern' | 'name'
  word: string
}

export class SelectionFault extends Error {
  override name = 'SelectionFault'
}

/** `web-1`, `web-*`, `@tag` (or `tag:eu`), `all`; several with commas between them. @throws SelectionFault */
export function termsOf(text: string): Term[] {
  return text.split(',').map((part) => termOf(part.trim()))
}

function termOf(written: string): Term {
  const tag = /^(?:@|tag:)(.*)$/.exec(written)?.[1]
  if (tag !== undefined && tag !== '') return { written, kind: 'tag', word: tag.toLowerCase() }
  if (written === '' || tag === '')
    throw new SelectionFault('a word of the selection is empty; write names, web-*, @tag or all')
  if (written.toLowerCase() === 'all' || written === '*') return { written, kind: 'all', word: '' }
  return { written, kind: written.includes('*') ? 'pattern' : 'name', word: written.toLowerCase() }
}
