/** A part of a line, in one of the terminal's eight colours or in none. */
export interface Painted {
  text: string
  colour: string
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
// Colours of a terminal (ECMA-48, SGR), and every other sequence, which is dropped.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const SEQUENCE = /\u001b(?:\[([0-9;]*)m|\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** A line as a terminal would show it. */
export function painted(line: string): Painted[] {
  const parts: Painted[] = []
  let colour = ''
  let from = 0
  for (const { 0: whole, 1: codes, index } of line.matchAll(SEQUENCE)) {
    if (index > from) parts.push({ text: line.slice(from, index), colour })
    from = index + whole.length
    if (codes !== undefined) colour = colourAfter(colour, codes)
  }
  if (from < line.length || parts.length === 0) parts.push({ text: line.slice(from), colour })
  return parts
}

export const unpainted = (line: string) => line.replace(SEQUENCE, '')

function colourAfter(before: string, codes: string): string {
  let colour = before
  for (const code of codes.split(';').map(Number)) {
    if (code === 0 || code === 39) colour = ''
    if (code >= 30 && code <= 37) colour = COLOURS[code - 30] ?? ''
    if (code >= 90 && code <= 97) colour = COLOURS[code - 90] ?? ''
  }
  return colour
}
