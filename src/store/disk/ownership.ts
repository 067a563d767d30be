import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { Fatal } from '../../errors/fatal.ts'

/**
 * A user who can write here can plant a key that opens everything. Root may own it, and a group that this process is in may
 * write it: that is how container platforms hand over a volume.
 * @throws Fatal 78 and says what to do.
 */
export function assertOwnFolder(folder: string): void {
  refuse(`the data path ${folder}`, folder, statSync(folder), { forbidden: 0o022, mode: 'go-w' })
}

/** A secret that nobody else can read or has put there; asked of the file that was opened. @throws Fatal 74 and 78 */
export function readOwnFile(file: string): string {
  const descriptor = opened(file)
  try {
    refuse(file, file, fstatSync(descriptor), { forbidden: 0o066, mode: '600' })
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (cause) {
    throw new Fatal(74, `${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function refuse(what: string, place: string, stats: Stats, { forbidden, mode }: { forbidden: number; mode: string }) {
  const me = process.geteuid?.()
  // Windows knows no owner by number.
  if (me === undefined) return
  if (stats.uid !== me && stats.uid !== 0) {
    throw new Fatal(
      78,
      `${what} belongs to another user (uid ${stats.uid}); look at what is in it, then: chown ${me} ${place}`
    )
  }
  const ourGroup = stats.gid === process.getegid?.() || process.getgroups?.().includes(stats.gid)
  if ((stats.mode & forbidden & (ourGroup ? 0o007 : 0o077)) === 0) return
  const can = forbidden & 0o044 ? 'read or write' : 'write'
  throw new Fatal(78, `other users may ${can} ${what}; look at what is in it, then: chmod ${mode} ${place}`)
}
