import { isRecord } from '../untyped.ts'
import type { Told } from './agent.ts'

/** The fields of what should be an object. */
export const row = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
export const rows = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : [])
export const textOf = (value: unknown, otherwise = '') => (typeof value === 'string' ? value : otherwise)

/** FlatRun's sentence; undefined for what is no error of an agent's. */
export function errorOf({ body }: Told): string | undefined {
  const { error } = row(body)
  return typeof error === 'string' ? error : undefined
}
