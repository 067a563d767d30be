import { bytes, longSpan } from '../../lib/words/amounts.ts'
import { percent } from '../../lib/words/format.ts'
import { Glyph } from '../../parts/state.tsx'
import { LongTable } from '../../tables/long-table.tsx'
import { type ContainerPast, meanOf } from './containers.ts'

const COLUMNS = [
  ['Container', 'first'],
  ['State', 'w-state'],
  ['Up for', 'w-time if-phone'],
  ['Restarts', 'w-num num if-phone'],
  ['CPU', 'w-num num'],
  ['Memory', 'w-num num'],
  ['Network in, out', 'if-mid'],
  ['Ran', 'w-num num if-mid']
] as const

/** Each container as it was seen last, and how much of the time it ran. */
export function ContainerTable({ containers, span }: { containers: readonly ContainerPast[]; span: string }) {
  return (
    <LongTable
      columns={COLUMNS.length}
      rows={containers}
      head={COLUMNS.map(([word, look]) => (
        <th key={word} class={look}>
          {word === 'Ran' ? `Ran, ${span}` : word}
        </th>
      ))}
      draw={(one, rowIndex) => <Row key={one.name} one={one} rowIndex={rowIndex} />}
    />
  )
}

function Row({ one, rowIndex }: { one: ContainerPast; rowIndex: number }) {
  const { name, state, uptimeS, restarts, cpu, memory, rx, tx, up, starts } = one
  const runs = state === 'running'
  const seen = starts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  return (
    <tr class={`item ${runs ? '' : 'old'}`} aria-rowindex={rowIndex}>
      <td class="first">
        <span class="name cut foreign" title={name}>
          {name}
        </span>
      </td>
      <td class="end">
        <span class={`state keep tone-${runs ? 'good' : 'none'}`}>
          <Glyph shape={runs ? 'full' : state === 'unknown' ? 'ring' : 'square'} />
          <span class="foreign">{state}</span>
        </span>
      </td>
      <td class="if-phone">{uptimeS === undefined ? '–' : longSpan(uptimeS * 1000)}</td>
      <td class="num if-phone" title="How often its restart policy started it again; starts that were seen here">
        {restarts ?? '–'}
        {seen > 0 && <span class="faint small"> · {seen} seen</span>}
      </td>
      <td class="num" data-label="CPU">
        {amount(cpu.at(-1), percent)}
      </td>
      <td class="num" data-label="Mem">
        {amount(memory.at(-1), bytes)}
      </td>
      <td class="if-mid soft">
        {amount(rx.at(-1), rate)}, {amount(tx.at(-1), rate)}
      </td>
      <td class="num if-mid">{amount(meanOf(up), percent)}</td>
    </tr>
  )
}

const amount = (value: number | undefined, words: (value: number) => string) =>
  value === undefined ? '–' : words(value)

export const rate = (value: number) => `${bytes(value)}/s`
