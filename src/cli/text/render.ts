import { isRecord } from '../../untyped.ts'
import type { Reply } from '../agent/client.ts'
import { type Row, row } from './shape.ts'
import { tableOf } from './table.ts'
import { harmless, type Paint } from './words.ts'

const MOST_COLUMNS = 6

/** An answer as FlatRun's command line lays it out: its one list as a table, anything else as it came. */
export function renderAnswer(
  { text, json }: Pick<Reply, 'text' | 'json'>,
  options: { json: boolean; paint: Paint }
): string {
  if (options.json || json === undefined) return text.trimEnd()
  const lists = Object.values(row(json)).filter(Array.isArray)
  const [list] = lists
  if (list === undefined || lists.length > 1) return JSON.stringify(json, null, 2)
  if (list.length === 0) return 'None'
  if (!list.every(isRecord)) return list.map((one) => harmless(cellOf(one))).join('\n')
  return listed(list, options.paint)
}

function listed(list: readonly Row[], paint: Paint): string {
  const [first = {}] = list
  const columns = Object.keys(first)
    .filter((name) => typeof first[name] !== 'object' || first[name] === null)
    .slice(0, MOST_COLUMNS)
  if (columns.length === 1) return list.map((one) => harmless(cellOf(one[columns[0] ?? '']))).join('\n')
  const heads = columns.map((name) => name.toUpperCase().replaceAll('_', ' '))
  return tableOf(
    heads,
    list.map((one) => columns.map((name) => cellOf(one[name]))),
    paint
  )
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? minuteOf(value) : value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function minuteOf(at: string): string {
  const date = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
