import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Fatal } from '../../errors/fatal.ts'
import { prepareDataPath } from '../../store/disk/database.ts'
import { lockDataPath } from '../../store/disk/lock.ts'
import { type Marker, readMarker, writeMarker } from '../../store/disk/marker.ts'
import { inspectDatabase } from '../../store/snapshot.ts'
import { codeOf } from '../../untyped.ts'
import { hasStore } from '../subject.ts'
import { type Entry, unpack } from './archive.ts'

const LARGEST = 1_024 * 1_024 * 1_024

export interface RestoreOptions {
  /** A file, or `-` for stdin. */
  readonly archive: string
  readonly folder: string
  /** What is there is put aside, and this takes its place. */
  readonly replace: boolean
  readonly now: Date
}

export interface Restored {
  readonly nodeId: string
  /** Where the old files are now. */
  readonly aside: string | undefined
}

/**
 * Puts a backup into a data path, whole or not at all. The marker is moved on, so that the daemon knows at its next
 * start that its store is older than its last days; keys that died since the backup was made stay dead.
 */
export function restore({ archive, folder, replace, now }: RestoreOptions): Restored {
  const entries = contents(archive)
  prepareDataPath(folder)
  const lock = held(folder)
  const scratch = mkdtempSync(path.join(folder, '.restore-'))
  try {
    for (const { name, content } of entries)
      writeFileSync(path.join(scratch, name), content, { mode: 0o600, flush: true })
    const marker = markerIn(scratch, archive)
    const nodeId = marker.node_id
    const there = readMarker(folder)
    if ((there || hasStore(folder)) && !replace)
      throw new Fatal(73, `${folder} holds a node already; add --replace to put it aside`)
    writeMarker(scratch, moved(marker, there?.node_id === nodeId ? there : undefined))

    const aside = there || hasStore(folder) ? putAside(folder, now) : undefined
    const { uid, gid } = statSync(folder)
    for (const name of inOrder(readdirSync(scratch))) {
      const file = path.join(scratch, name)
      chmodSync(file, 0o600)
      // Root restores what the service's user is to read.
      if (process.getuid?.() === 0) chownSync(file, uid, gid)
      renameSync(file, path.join(folder, name))
    }
    return { nodeId, aside }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
    lock.release()
  }
}

/** @throws Fatal 75 where an agent runs on it, and how to stop that */
function held(folder: string): ReturnType<typeof lockDataPath> {
  try {
    return lockDataPath(path.join(folder, 'lock'))
  } catch (cause) {
    if (!(cause instanceof Fatal) || cause.exitCode !== 75) throw cause
    throw new Fatal(75, `an agent runs on ${folder}; stop it first: systemctl stop flatrun-cluster`, { cause })
  }
}

/** What `restore` would need is there and whole: unpacked beside nothing, and opened as a store. @throws Fatal */
export function checkBackup(archive: string): { nodeId: string; files: string[] } {
  const entries = contents(archive)
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'flatrun-cluster-'))
  try {
    for (const { name, content } of entries) writeFileSync(path.join(scratch, name), content, { mode: 0o600 })
    return { nodeId: markerIn(scratch, archive).node_id, files: entries.map(({ name }) => name) }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** @throws Fatal 78 when store and marker are of two nodes */
function markerIn(folder: string, archive: string): Marker {
  const { nodeId } = inspectDatabase(path.join(folder, 'cluster.db'))
  const marker = readMarker(folder)
  if (marker?.node_id === nodeId) return marker
  throw new Fatal(78, `${archive} mixes the files of two nodes; nothing was changed`)
}

function contents(archive: string): Entry[] {
  const packed = read(archive)
  try {
    const entries = unpack(gunzipSync(packed, { maxOutputLength: LARGEST }))
    const names = new Set(entries.map(({ name }) => name))
    if (!names.has('cluster.db') || !names.has('node.json') || names.size < entries.length)
      throw new RangeError('incomplete')
    return entries
  } catch (cause) {
    throw new Fatal(65, `${archive} is no backup of flatrun-cluster, or is damaged; nothing was changed`, { cause })
  }
}

function read(archive: string): Buffer {
  try {
    return readFileSync(archive === '-' ? 0 : archive)
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? new Fatal(66, `there is no ${archive}`) : error
  }
}

/** A marker that is newer than the store beside it: that is how a daemon sees that it was restored. */
function moved(marker: Marker, there: Marker | undefined): Marker {
  const revoked = new Map([...marker.revoked, ...(there?.revoked ?? [])].map((entry) => [entry.digest, entry]))
  return { ...marker, epoch: Math.max(marker.epoch, there?.epoch ?? 0) + 1, revoked: [...revoked.values()] }
}

/** A marker without a store is refused at the next start; nothing at all would be taken for a new node. */
function inOrder(names: readonly string[]): string[] {
  const others = names.filter((name) => name !== 'node.json' && name !== 'cluster.db')
  return ['node.json', ...others, 'cluster.db']
}

function putAside(folder: string, now: Date): string {
  const aside = path.join(folder, `replaced-${now.toISOString().replace(/[:.]/g, '-')}`)
  mkdirSync(aside, { mode: 0o700 })
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [from, to] = [path.join(folder, entry.name), path.join(aside, entry.name)]
    if (entry.name === 'node.json') copyFileSync(from, to)
    else if (entry.isFile() && entry.name !== 'lock') renameSync(from, to)
  }
  return aside
}
