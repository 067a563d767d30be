import type { Api } from './access/api.ts'

export interface Setting {
  key: string
  value: unknown
  origin: string
}

export interface Settings {
  file?: string
  notes: string[]
  settings: Setting[]
}

export const loadSettings = (api: Api) => (signal: AbortSignal) => api.get<Settings>('/cluster/config', signal)

/** A value as the file would have it. */
export function written(value: unknown): string {
  if (value === '') return '""'
  if (Array.isArray(value) && value.length === 0) return '[]'
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
