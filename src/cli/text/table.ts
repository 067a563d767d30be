import { type Color, harmless, type Paint } from './words.ts'

export interface Cell {
  readonly text: string
  readonly color?: Color | undefined
}

/** Columns as wide as their widest cell; the last one is left ragged, so that nothing is ever cut. */
export function tableOf(heads: readonly string[], body: readonly (readonly (Cell | string)[])[], paint: Paint): string {
  const cells = body.map((line) => line.map((cell) => (typeof cell === 'string' ? { text: cell } : cell)))
  const clean = cells.map((line) => line.map((cell) => ({ ...cell, text: harmless(cell.text) || '-' })))
  const widths = heads.map((head, column) => Math.max(head.length, ...clean.map((line) => widthOf(line[column]?.text))))
  const render = (line: readonly Cell[]) =>
    line
      .map(({ text, color }, column) => {
        const gap = column === line.length - 1 ? '' : ' '.repeat((widths[column] ?? 0) - widthOf(text) + 2)
        return paint(color, text) + gap
      })
      .join('')
      .trimEnd()
  return [render(heads.map((text) => ({ text, color: 'dim' }))), ...clean.map(render)].join('\n')
}

const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u

/** Columns of a terminal: marks take none, East Asian characters and emoji two (UAX #11). */
function widthOf(text = ''): number {
  if (/^[\u0020-\u02ff]*$/.test(text)) return text.length
  const clusters = [...new Intl.Segmenter().segment(text)]
  return clusters.reduce((width, { segment }) => width + (WIDE.test(segment) ? 2 : 1), 0)
}
