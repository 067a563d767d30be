import type { Context } from '../../context.ts'
import { number, type Row, row, rows, text } from '../../text/shape.ts'
import { type Cell, tableOf } from '../../text/table.ts'
import { bytesOf, colorOf, harmless, percentOf, spanOf } from '../../text/words.ts'

const HEADS = ['CONTAINER', 'STATE', 'UP', 'RESTARTS', 'RAN', 'CPU', 'MEAN', 'MOST', 'MEMORY', 'IN', 'OUT']

/** What each container of a deployment uses now, and how it did over the last hour or day. */
export async function showContainers(
  context: Context,
  { path, range }: { path: string; range: string }
): Promise<void> {
  const answer = row(await context.client.get(`${path}/stats/history`, { range }))
  const lines = rows(answer.containers).map(container)
  context.print(answer, () =>
    lines.length === 0
      ? 'No container of it was seen in this time'
      : `${tableOf(HEADS, lines, context.paint)}\nRAN, MEAN and MOST are of the last ${range}; 100 % of CPU is one processor.`
  )
}

function container(one: Row): (Cell | string)[] {
  const { name, restarts, uptime_s: uptime } = one
  const state = text(one.state)
  const cpu = figures(one.cpu)
  const rate = (value: number | undefined) => (value === undefined ? '-' : `${bytesOf(value)}/s`)
  return [
    harmless(text(name)),
    { text: harmless(state), color: colorOf(state) },
    number(uptime) === undefined ? '-' : spanOf((number(uptime) ?? 0) * 1_000),
    String(number(restarts) ?? '-'),
    percentOf(mean(figures(one.up))),
    percentOf(last(one.cpu)),
    percentOf(mean(cpu)),
    percentOf(cpu.length === 0 ? undefined : Math.max(...cpu)),
    bytesOf(last(one.memory)),
    rate(last(one.rx)),
    rate(last(one.tx))
  ]
}

const columnOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const figures = (value: unknown): number[] => columnOf(value).flatMap((one) => number(one) ?? [])
/** Of one that did not run when it was looked at last, there is none. */
const last = (value: unknown) => number(columnOf(value).at(-1))
const mean = (values: readonly number[]) =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
