import type { LogLine } from '../../schemas/deployments/operation.ts'

/** The newest lines of one container within the limit: what comes later pushes out what came first. */
export async function collect(
  log: AsyncIterable<LogLine>,
  maxBytes: number
): Promise<{ lines: LogLine[]; cut: boolean }> {
  let lines: LogLine[] = []
  let bytes = 0
  let cut = false
  for await (const line of log) {
    lines.push(line)
    bytes += line.line.length
    if (bytes < maxBytes * 2) continue
    lines = newestWithin(lines, maxBytes)
    bytes = lines.reduce((sum, kept) => sum + kept.line.length, 0)
    cut = true
  }
  return { lines, cut }
}

/** The newest lines within the limit. */
export function newestWithin(lines: LogLine[], maxBytes: number): LogLine[] {
  let bytes = 0
  const first = lines.findLastIndex(({ line }) => {
    bytes += line.length
    return bytes > maxBytes
  })
  return first === -1 ? lines : lines.slice(first + 1)
}

export const byTime = (a: LogLine, b: LogLine) => (a.at === b.at ? 0 : (a.at ?? '') < (b.at ?? '') ? -1 : 1)
