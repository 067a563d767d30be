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

/** Characters, not code units; East Asian double width is left out of account. */
const widthOf = (text = '') => [...text].length
