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

/** Without the character at its end of which a part was cut off. */
function withoutHalf(line: Buffer): Buffer {
  const lead = line.findLastIndex((byte) => byte < 0x80 || byte >= 0xc0)
  const first = line[lead] ?? 0
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return line.length - lead < length ? line.subarray(0, lead) : line
}

const NEWLINE = 0x0a
const CUT = ' …(cut)'

/** Collects one line at a time; `push` gives the lines that a chunk completes. `clean` may take bytes out of a line. */
export function createLine(maxBytes: number, clean: (line: Buffer) => Buffer = (line) => line) {
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
    take: () => take(),
    /** What there is of a line that was not ended. */
    rest: () => take(true)
  }

  function add(piece: Uint8Array): void {
    const room = maxBytes - size
    if (piece.length > room) cut = true
    if (room <= 0 || piece.length === 0) return
    // A copy: the chunk's memory is much larger than a line, and not ours to keep.
    parts.push(piece.slice(0, room))
    size += Math.min(piece.length, room)
  }

  function take(unended = cut): string {
    const line = clean(Buffer.concat(parts))
    const text = (unended ? withoutHalf(line) : line).toString('utf8').replace(/\r$/, '') + (cut ? CUT : '')
    parts = []
    size = 0
    cut = false
    return text
  }
}
