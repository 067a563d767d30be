import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { useDesk } from '../lib/desk.ts'
import { Spacer, useWindow } from './windowed.tsx'

/** A list of any length, drawn as far as it can be seen. */
export function LongTable<Row>(props: {
  class?: string
  head: ComponentChildren
  columns: number
  rows: readonly Row[]
  waiting?: boolean
  draw: (row: Row, rowIndex: number) => ComponentChildren
}) {
  const { head, columns, rows, waiting = false, draw } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const part = useWindow(rows.length, body)
  return (
    <table class={`table windowed ${props.class ?? ''}`} aria-rowcount={rows.length + 1}>
      <thead>
        <tr>{head}</tr>
      </thead>
      <tbody ref={body} aria-busy={waiting}>
        {waiting && rows.length === 0 && <Waiting />}
        <Spacer px={part.beforePx} columns={columns} />
        {rows.slice(part.from, part.to).map((row, index) => draw(row, part.from + index + 2))}
        <Spacer px={part.afterPx} columns={columns} />
      </tbody>
    </table>
  )
}

/** A row that leads to what it is about, wherever it is clicked; what can be clicked in it stays that. */
export function OpenRow(props: { to: string; old: boolean; rowIndex: number; children: ComponentChildren }) {
  const { route } = useDesk()
  const { to, old, rowIndex, children } = props
  return (
    <tr
      class={`item open ${old ? 'old' : ''}`}
      aria-rowindex={rowIndex}
      onClick={(event) => {
        if (event.target instanceof Element && !event.target.closest('a, button, label, input')) route.go(to)
      }}
    >
      {children}
    </tr>
  )
}

function Waiting() {
  return [0, 1, 2].map((index) => (
    <tr key={index} class="late">
      <td class="first">
        <span class="skeleton" />
      </td>
    </tr>
  ))
}
