import type { LogLine } from '../../schemas/deployments/operation.ts'
import { createLine } from '../engine/lines.ts'
import { piecesOf } from './frames.ts'

export type Entry = Pick<LogLine, 'stream' | 'at' | 'line'>

/** Longer lines are cut: nobody reads them, and everybody on the way would have to hold them. */
const MAX_LINE_BYTES = 16 * 1024

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/

/** The lines of a container's log with the engine's times, from a stream that was asked for with `timestamps=1`. */
export async function* entriesOf(body: AsyncIterable<Uint8Array>, terminal: boolean): AsyncGenerator<Entry> {
  const clean = terminal ? withoutInnerTimes : undefined
  const streams = { stdout: createUnended(clean), stderr: createUnended(clean) }
  for await (const { stream, bytes, first } of piecesOf(body, terminal)) {
    for (const text of streams[stream].push(bytes, first)) yield entry(stream, text)
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const rest = streams[stream].rest()
    if (rest !== '') yield entry(stream, rest)
  }
}

/**
 * Engines cut long lines into several frames, each with a time of its own; in the middle of a line that time is no
 * part of what was printed.
 */
function createUnended(clean?: (line: Buffer) => Buffer) {
  const line = createLine(MAX_LINE_BYTES, clean)
  let open = false

  return {
    push(bytes: Uint8Array, first: boolean): Iterable<string> {
      const inside = first && open ? withoutTime(bytes) : bytes
      if (bytes.length > 0) open = bytes.at(-1) !== 0x0a
      return line.push(inside)
    },
    rest: line.rest
  }
}

const INNER_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}(?:Z|[+-]\d\d:\d\d) /g

/**
 * Of a terminal there are no frames, and the parts of a long line only have their times between them. Bytes and not text,
 * because a part may end within a character.
 */
function withoutInnerTimes(line: Buffer): Buffer {
  const bytes = line.toString('latin1')
  const time = bytes.match(TIME)
  if (!time) return line
  const rest = bytes.slice(time[0].length).replace(INNER_TIME, (inner) => (isPart(time[1], inner) ? '' : inner))
  return Buffer.from(time[0] + rest, 'latin1')
}

/** A part is as old as the line, or a little younger; what a program prints of other times stays. */
function isPart(line: string | undefined, part: string): boolean {
  const age = Date.parse(part.trim()) - Date.parse(line ?? '')
  return age >= 0 && age < 3_600_000
}

function withoutTime(bytes: Uint8Array): Uint8Array {
  const found = Buffer.from(bytes.subarray(0, 40)).toString('latin1').match(TIME)
  return found ? bytes.subarray(found[0].length) : bytes
}

function entry(stream: Entry['stream'], text: string): Entry {
  const found = text.match(TIME)
  if (!found) return { stream, line: text }
  // A log that is asked for from its middle may begin within a character.
  return { stream, at: found[1] ?? '', line: text.slice(found[0].length).replace(/^\uFFFD+/, '') }
}
