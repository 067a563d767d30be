import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { Fatal } from '../../errors.ts'
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
    if (target === '-') writeAll(1, archive)
    else write(target, archive)
    return { files: entries.map(({ name }) => name), bytes: archive.length }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function others(folder: string): Entry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !NOT_KEPT.test(entry.name))
    .map(({ name }) => ({ name, file: path.join(folder, name) }))
    .filter(({ file }) => statSync(file).size <= LARGEST)
    .map(({ name, file }) => ({ name, content: readFileSync(file) }))
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

/** Never over a file that is there: it may be the only good backup. */
function write(target: string, content: Buffer): void {
  const descriptor = open(target)
  try {
    writeAll(descriptor, content)
    fsyncSync(descriptor)
  } catch (cause) {
    rmSync(target, { force: true })
    throw new Fatal(74, `${target} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause })
  } finally {
    closeSync(descriptor)
  }
}

function open(target: string): number {
  try {
    return openSync(target, 'wx', 0o600)
  } catch (cause) {
    const there = codeOf(cause) === 'EEXIST'
    throw new Fatal(73, there ? `${target} is there already; choose another name` : `${target} cannot be made`, {
      cause
    })
  }
}
