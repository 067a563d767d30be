import { isUtf8 } from 'node:buffer'
import { constants, readlinkSync, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { codeOf } from '../../untyped.ts'
import { Fault } from '../compose/fault.ts'

export interface TextOptions {
  /** A real path; what leads out of it is a Fault. */
  root: string
  /** How people know `root`. */
  rootName: string
  maxBytes: number
  /** The path is known to have no link in it. */
  resolved?: boolean
}

export interface Text {
  text: string
  modifiedAt: number
  /** Of the file itself, as `stampOf` gives it. */
  stamp: string
}

/**
 * The text of a small file, and the stamp by which a change of it is noticed. Undefined where there is none. One that
 * is too big, no regular file, not UTF-8, or outside of `root` is a Fault.
 */
export async function readText(
  file: string,
  { root, rootName, maxBytes, resolved = false }: TextOptions
): Promise<Text | undefined> {
  const real = resolved ? file : await resolve(file)
  if (real === undefined) return undefined
  if (!isInside(real, root)) throw new Fault(`is a link that leads out of ${rootName}`)
  const handle = await openForReading(real, { root, rootName })
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw new Fault('is not a regular file')
    if (stats.size > maxBytes) throw new Fault(`is larger than ${Math.round(maxBytes / 1024)} KiB`)
    return { text: await decode(handle, stats.size), modifiedAt: stats.mtimeMs, stamp: stampFrom(stats, stats) }
  } finally {
    await handle.close()
  }
}

/** Changes when the file does, or the link to it; undefined where there is none. */
export async function stampOf(file: string): Promise<string | undefined> {
  try {
    const link = await lstat(file)
    return stampFrom(link, link.isSymbolicLink() ? await stat(file) : link)
  } catch {
    return undefined
  }
}

const stampFrom = (link: Stats, { ino, size, mtimeMs, ctimeMs }: Stats) =>
  [link.ino, link.ctimeMs, ino, size, mtimeMs, ctimeMs].join(' ')

async function decode(handle: FileHandle, size: number): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0)
  const bytes = buffer.subarray(0, bytesRead)
  if (bytes.includes(0) || !isUtf8(bytes)) throw new Fault('is not UTF-8 text')
  return bytes.toString('utf8')
}

async function resolve(file: string): Promise<string | undefined> {
  try {
    return await realpath(file)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP') throw new Fault('is a loop of symbolic links', { cause })
    throw new Fault(`cannot be read (${code ?? 'unknown'})`, { cause })
  }
}

/**
 * O_NONBLOCK keeps a named pipe from holding us, O_NOFOLLOW a link that was put there since it was resolved. A folder
 * above may have been swapped for one as well, so where the file lies is asked of what was opened.
 */
async function openForReading(real: string, { root, rootName }: Omit<TextOptions, 'maxBytes'>): Promise<FileHandle> {
  const handle = await opened(real)
  try {
    if (isInside(await placeOf(handle, real), root)) return handle
    throw new Fault(`is a link that leads out of ${rootName}`)
  } catch (cause) {
    await handle.close()
    throw cause
  }
}

async function opened(real: string): Promise<FileHandle> {
  try {
    return await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (cause) {
    const code = codeOf(cause)
    const hint = code === 'EACCES' ? ': its permissions keep this agent out' : ''
    throw new Fault(`cannot be read (${code ?? 'unknown'})${hint}`, { cause })
  }
}

/** Linux knows where an open file lies. Elsewhere the path is resolved anew, and must lead to the same file. */
async function placeOf(handle: FileHandle, real: string): Promise<string> {
  const known = knownPlaceOf(handle)
  if (known !== undefined) return known
  const again = await realpath(real).catch(() => '')
  const [one, other] = await Promise.all([handle.stat(), stat(again).catch(() => undefined)])
  return other && one.dev === other.dev && one.ino === other.ino ? again : ''
}

/** What the kernel has in memory: it asks no disk, so that nothing waits. */
function knownPlaceOf({ fd }: FileHandle): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

export function isInside(real: string, root: string): boolean {
  return real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)
}
