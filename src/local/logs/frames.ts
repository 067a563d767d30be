export interface Piece {
  stream: 'stdout' | 'stderr'
  bytes: Uint8Array
  /** The first piece of a frame: the engine begins each frame with the time, and this piece has all of it. */
  first: boolean
}

const HEADER = 8
/** More than a time takes. */
const BEGINNING = 64

/**
 * Takes the engine's log stream apart. Without a terminal it is frames: one byte for the stream, three of nothing, four
 * for the length, then so many bytes. With one it is just bytes. Frames are handed on as they arrive, in pieces, so
 * that one of 10 MB needs no memory.
 */
export async function* piecesOf(body: AsyncIterable<Uint8Array>, terminal: boolean): AsyncGenerator<Piece> {
  let header = Buffer.alloc(0)
  let beginning = Buffer.alloc(0)
  let stream: Piece['stream'] = 'stdout'
  let left = 0
  let first = true

  for await (let chunk of body) {
    if (terminal) {
      yield { stream: 'stdout', bytes: chunk, first: false }
      continue
    }
    while (chunk.length > 0) {
      if (left === 0) {
        const part = chunk.subarray(0, HEADER - header.length)
        header = Buffer.concat([header, part])
        chunk = chunk.subarray(part.length)
        if (header.length < HEADER) break
        stream = header[0] === 2 ? 'stderr' : 'stdout'
        left = header.readUInt32BE(4)
        header = Buffer.alloc(0)
        first = true
        continue
      }
      const part = chunk.subarray(0, first ? Math.min(left, BEGINNING - beginning.length) : left)
      chunk = chunk.subarray(part.length)
      left -= part.length
      if (!first) {
        yield { stream, bytes: part, first }
        continue
      }
      beginning = Buffer.concat([beginning, part])
      if (beginning.length < BEGINNING && left > 0) continue
      yield { stream, bytes: beginning, first }
      beginning = Buffer.alloc(0)
      first = false
    }
  }
  if (beginning.length > 0) yield { stream, bytes: beginning, first }
}
