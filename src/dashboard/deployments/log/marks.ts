import { type Painted, painted, unpainted } from './ansi.ts'

interface Marked extends Painted {
  hit: boolean
}

export const hasIn = (line: string, wanted: string) => unpainted(line).toLowerCase().includes(wanted)

/** A painted line, cut once more where what is looked for (in small letters) begins and ends; it may run over colours. */
export function marked(line: string, wanted: string): Marked[] {
  const parts = painted(line)
  if (wanted === '') return parts.map((part) => ({ ...part, hit: false }))
  const whole = parts
    .map(({ text }) => text)
    .join('')
    .toLowerCase()
  const hits: [from: number, to: number][] = []
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + wanted.length))
    hits.push([at, at + wanted.length])
  let begin = 0
  return parts.flatMap((part) => {
    const from = begin
    begin += part.text.length
    return cutAt(part, from, hits)
  })
}

function cutAt(part: Painted, from: number, hits: readonly (readonly [from: number, to: number])[]): Marked[] {
  const end = from + part.text.length
  const cuts = [from, ...hits.flat().filter((at) => at > from && at < end), end]
  return cuts.slice(1).map((to, index) => {
    const at = cuts[index] ?? from
    return {
      text: part.text.slice(at - from, to - from),
      colour: part.colour,
      hit: hits.some(([first, last]) => at >= first && at < last)
    }
  })
}
