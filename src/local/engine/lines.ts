/**
 * Cuts a stream of bytes into lines. A line that is longer than `maxBytes` is cut there and its rest thrown away, so
 * that nobody's memory depends on what a container prints. What comes after the last newline is a line of its own
 * only with `keepRest`; a frame that was cut off is none.
 */
export async function* linesOf(
  body: AsyncIterable<Uint8Array>,
  { maxBytes, keepRest }: { maxBytes: number; keepRest: boolean }
): AsyncGenerator<string> {
  const line = createLine(maxBytes)
  for await (const chunk of body) yield* line.push(chunk)
  const rest = line.take()
  if (keepRest && rest !== '') yield rest
}

const NEWLINE = 0x0a
const CUT = ' …(cut)'

/** Collects one line at a time; `push` gives the lines that a chunk completes. */
export function createLine(maxBytes: number) {
  let parts: Uint8Array[] = []
  let size = 0
  let cut = false

  return {
    *push(chunk: Uint8Array): Generator<string> {
      let start = 0
      for (;;) {
        const end = chunk.indexOf(NEWLINE, start)
        add(chunk.subarray(start, end === -1 ? chunk.length : end))
        if (end === -1) return
        yield take()
        start = end + 1
      }
    },
    take
  }

  function add(piece: Uint8Array): void {
    const room = maxBytes - size
    if (piece.length > room) cut = true
    if (room <= 0 || piece.length === 0) return
    // A copy: the chunk's memory is much larger than a line, and not ours to keep.
    parts.push(piece.slice(0, room))
    size += Math.min(piece.length, room)
  }

  function take(): string {
    const text = Buffer.concat(parts).toString('utf8').replace(/\r$/, '') + (cut ? CUT : '')
    parts = []
    size = 0
    cut = false
    return text
  }
}
