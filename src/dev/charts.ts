import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Plugin } from 'vite'

/** `virtual:charts`, the state charts of every machine, laid out while the dashboard is built. */
export function charts(folder: string): Plugin {
  const name = 'virtual:charts'
  return {
    name: 'charts',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined
      return `export const charts = ${JSON.stringify(await layAll(folder))}`
    }
  }
}

async function layAll(folder: string): Promise<unknown[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.basename(name, '.ts'))
}
