import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from './fault.ts'

export interface ParsedOptions<T> {
  maxBytes: number
  /** Throws a Fault for a text that it cannot use. */
  parse: (text: string) => T
}

/**
 * Reads small text files below a folder and remembers what was made of them until they change on disk. A file that
 * is absent is undefined; one that is too big, no regular file, or outside of `root` is a Fault.
 */
export function createParsed<T>({ maxBytes, parse }: ParsedOptions<T>) {
  const known = new Map<string, { key: string; outcome: Outcome<T> }>()

  /** `root` must be a real path. */
  return async (file: string, root: string): Promise<T | undefined> => {
    const real = await resolve(file, root)
    if (real === undefined) {
      known.delete(file)
      return undefined
    }
    const handle = await openForReading(real)
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) throw new Fault('is not a regular file')
      const key = [real, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join(' ')
      const remembered = known.get(file)
      const outcome = remembered?.key === key ? remembered.outcome : await read(handle, stats.size)
      known.set(file, { key, outcome })
      if ('fault' in outcome) throw outcome.fault
      return outcome.value
    } finally {
      await handle.close()
    }
  }

  async function read(handle: FileHandle, size: number): Promise<Outcome<T>> {
    if (size > maxBytes) return { fault: new Fault(`is larger than ${Math.round(maxBytes / 1024)} KiB`) }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0)
    const text = buffer.subarray(0, bytesRead)
    if (text.includes(0)) return { fault: new Fault('is not UTF-8 text') }
    try {
      return { value: parse(text.toString('utf8')) }
    } catch (cause) {
      if (cause instanceof Fault) return { fault: cause }
      return { fault: new Fault('cannot be parsed', { cause }) }
    }
  }
}

type Outcome<T> = { value: T } | { fault: Fault }

async function resolve(file: string, root: string): Promise<string | undefined> {
  try {
    const real = await realpath(file)
    if (!isInside(real, root)) throw new Fault('is a link that leads out of deployments_path')
    return real
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const code = codeOf(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP') throw new Fault('is a loop of symbolic links', { cause })
    throw new Fault(`cannot be read (${code})`, { cause })
  }
}

/** O_NONBLOCK keeps a named pipe from holding us, O_NOFOLLOW a link that was put there since it was resolved. */
async function openForReading(real: string): Promise<FileHandle> {
  try {
    return await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (cause) {
    const code = codeOf(cause)
    const hint = code === 'EACCES' ? ': its permissions keep this agent out' : ''
    throw new Fault(`cannot be read (${code})${hint}`, { cause })
  }
}

export function isInside(real: string, root: string): boolean {
  return real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)
}

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown'
}
