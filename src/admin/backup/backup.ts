import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { Fatal } from '../../errors/fatal.ts'
import { copyDatabase, inspectDatabase } from '../../store/snapshot.ts'
import { codeOf } from '../../untyped.ts'
import { type Entry, pack } from './archive.ts'

/** Of the running process alone, or made anew by SQLite. */
const NOT_KEPT = /^(lock.*|url|url\.crt|cluster\.db.*|last-backup\.json|.*\.next)$/
const LARGEST = 1_024 * 1_024

/**
 * Writes everything that a data path holds into one file: the store as it is at this moment, also while a daemon runs
 * on it, and the secrets that open it; `-` is stdout. Who has the file is this node; it is readable by its owner only.
 */
export function backup(folder: string, target: string, now: Date): { files: string[]; bytes: number } {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'flatrun-cluster-'))
  try {
    const copy = path.join(scratch, 'cluster.db')
    copyDatabase(path.join(folder, 'cluster.db'), copy)
    inspectDatabase(copy)
    // After the database: what died in between is then in node.json, which is the side that wins.
    const entries: Entry[] = [{ name: 'cluster.db', content: readFileSync(copy) }, ...others(folder)]
    if (!entries.some(({ name }) => name === 'node.json')) throw new Fatal(78, `${folder} has a store and no node.json`)
    const archive = gzipSync(pack(entries, now), { level: 9 })
    if (target === '-') writeOut(archive)
    else write(target, archive)
    return { files: entries.map(({ name }) => name), bytes: archive.length }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function others(folder: string): Entry[] {
  return readdirSync(folder).flatMap((name) => {
    const content = NOT_KEPT.test(name) ? undefined : contentOf(path.join(folder, name))
    return content ? [{ name, content }] : []
  })
}

/** The agent may write in that folder, and root may make the backup: no link is followed, no pipe waited for. */
function contentOf(file: string): Buffer | undefined {
  const descriptor = openPlain(file)
  if (descriptor === undefined) return undefined
  try {
    const found = fstatSync(descriptor)
    return found.isFile() && found.size <= LARGEST ? readFileSync(descriptor) : undefined
  } finally {
    closeSync(descriptor)
  }
}

function openPlain(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    // A link; a socket; gone since the folder was listed.
    if (['ELOOP', 'EMLINK', 'ENXIO', 'ENOENT'].includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** A pipe takes less at a time than it is given, and says when it is full. */
function writeAll(descriptor: number, content: Buffer): void {
  for (let done = 0; done < content.length; ) {
    try {
      done += writeSync(descriptor, content, done)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function writeOut(content: Buffer): void {
  try {
    writeAll(1, content)
  } catch (cause) {
    throw new Fatal(74, `stdout cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

/**
 * Whole under its name or not at all, and never over a file that is there: it may be the only good backup. What a loss of
 * power leaves has the ending `.part`.
 */
function write(target: string, content: Buffer): void {
  if (existsSync(target)) throw new Fatal(73, `${target} is there already; choose another name`)
  const part = `${target}.${randomBytes(4).toString('hex')}.part`
  const descriptor = open(part, target)
  try {
    writeAll(descriptor, content)
    fsyncSync(descriptor)
    name(part, target)
    syncFolder(path.dirname(target))
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw new Fatal(73, `${target} is there already; choose another name`, { cause })
    throw new Fatal(74, `${target} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause })
  } finally {
    closeSync(descriptor)
    rmSync(part, { force: true })
  }
}

function open(part: string, target: string): number {
  try {
    return openSync(part, 'wx', 0o600)
  } catch (cause) {
    throw new Fatal(73, `${target} cannot be made`, { cause })
  }
}

function name(part: string, target: string): void {
  try {
    linkSync(part, target)
  } catch (error) {
    // File systems without hard links, such as FAT and some network shares.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '')) throw error
    renameSync(part, target)
  }
}

/** The new name is on disk as well. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Some network shares cannot.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error) ?? '')) throw error
  } finally {
    closeSync(descriptor)
  }
}
