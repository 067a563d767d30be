import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'

export interface Load {
  requestsPerSecond: number
  bytesPerSecond: number
  requests: number
  p50Ms: number
  p99Ms: number
  /** Answers other than 2xx, errors and timeouts. */
  failures: number
}

const autocannon = createRequire(import.meta.url).resolve('autocannon')

/** Asks for one URL over and over, from a process of its own. */
export async function load(
  url: string,
  { connections, seconds, authorization }: { connections: number; seconds: number; authorization?: string }
): Promise<Load> {
  const key = authorization ? ['-H', `authorization=${authorization}`] : []
  const args = [autocannon, '-j', '-n', '-c', `${connections}`, '-d', `${seconds}`, '-t', '30', ...key, url]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  for await (const chunk of child.stdout) text += chunk
  const result = JSON.parse(text)
  return {
    requestsPerSecond: result.requests.average,
    bytesPerSecond: result.throughput.average,
    requests: result.requests.total,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}

/** A table as Markdown has it. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]) {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  console.log(
    [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line), ''].join('\n')
  )
}
