const BLOCK = 512

/** A file in an archive: a plain name, no folders. */
export interface Entry {
  readonly name: string
  readonly content: Buffer
}

/** A tar archive (POSIX ustar) of small files, all of them readable by their owner only. */
export function pack(entries: readonly Entry[], at: Date): Buffer {
  const seconds = Math.floor(at.getTime() / 1_000)
  const parts = entries.flatMap(({ name, content }) => [
    header(name, content.length, seconds),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
  ])
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

/** The files of an archive. @throws RangeError when it is none, is cut, or holds anything but plain files. */
export function unpack(archive: Buffer): Entry[] {
  const entries: Entry[] = []
  for (let place = 0; place + BLOCK <= archive.length; ) {
    const head = archive.subarray(place, place + BLOCK)
    if (head.every((byte) => byte === 0)) return entries
    const name = text(head, 0, 100)
    const size = octal(head, 124, 12)
    const kind = text(head, 156, 1)
    if (octal(head, 148, 8) !== sum(head) || (kind !== '0' && kind !== ''))
      throw new RangeError('not an archive of files')
    if (!/^\w[\w.-]*$/.test(name)) throw new RangeError(`not a plain file name: ${JSON.stringify(name)}`)
    const start = place + BLOCK
    if (start + size > archive.length) throw new RangeError('the archive is cut')
    entries.push({ name, content: archive.subarray(start, start + size) })
    place = start + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new RangeError('the archive is cut')
}

function header(name: string, size: number, seconds: number): Buffer {
  if (Buffer.byteLength(name) > 99) throw new RangeError('the name of a file is too long')
  const head = Buffer.alloc(BLOCK)
  const put = (value: string, place: number) => head.write(value, place, 'latin1')
  put(name, 0)
  put('0000600\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${size.toString(8).padStart(11, '0')}\0`, 124)
  put(`${seconds.toString(8).padStart(11, '0')}\0`, 136)
  put('0', 156)
  put('ustar\x0000', 257)
  put(`${sum(head).toString(8).padStart(6, '0')}\0 `, 148)
  return head
}

/** The checksum counts its own place as spaces. */
function sum(head: Buffer): number {
  return head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
}

const text = (head: Buffer, place: number, length: number) =>
  head.toString('latin1', place, place + length).replace(/\0.*$/s, '')
const octal = (head: Buffer, place: number, length: number) =>
  Number.parseInt(text(head, place, length).trim() || '0', 8)
