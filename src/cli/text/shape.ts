import { isRecord } from '../../untyped.ts'

/** Answers as they come: this agent's, an older one's, a plain FlatRun agent's. What is not there is left out. */
export type Row = Readonly<Record<string, unknown>>

export function row(value: unknown): Row {
  return isRecord(value) ? value : {}
}

export const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRecord) : [])

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
