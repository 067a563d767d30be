import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { Fatal } from '../../errors/fatal.ts'
import { writeWhole } from './whole-file.ts'

/**
 * A small file beside the database which an old backup of the database does not overwrite: who this node is, how
 * often it was started, whose keys died here, and how many changes the store has seen.
 */
const Marker = Type.Object({
  /** Absent in markers from before there was a count. */
  changes: Type.Optional(Type.Integer()),
  node_id: Type.String(),
  epoch: Type.Integer(),
  /** Digests of keys that must never be accepted again, with the day they died; the newest last. */
  revoked: Type.Array(Type.Object({ digest: Type.String(), at: Type.String() }))
})
export type Marker = Static<typeof Marker>

/** The newest ones are kept at any age: one write with the clock far ahead would forget all of them. */
const KEEP_REVOKED = 5_000
const KEEP_REVOKED_MS = 90 * 24 * 3_600_000
const DIGITS = 16
const HEAD = /^\{"changes": *\d+,"check":"[0-9a-f]{16}",/

export function readMarker(folder: string): Marker | undefined {
  const file = place(folder)
  if (!existsSync(file)) return undefined
  try {
    const text = readFileSync(file, 'utf8')
    const marker: unknown = JSON.parse(text)
    if (Check(Marker, marker) && isAsWritten(text, marker)) return marker
  } catch (cause) {
    throw new Fatal(78, `${file} cannot be read; restore it from a backup`, { cause })
  }
  throw new Fatal(78, `${file} is damaged, or is not a marker of flatrun-cluster; restore it from a backup`)
}

/** On disk when it returns; a crash leaves the old one or the new one. @throws Fatal */
export function writeMarker(folder: string, marker: Marker): void {
  const { changes = 0 } = marker
  const body = bodyOf(marker)
  writeWhole(place(folder), headOf(changes, digestOf(body)) + body)
}

/**
 * Counts on in the marker, in place: the head always has the same length, and lies in one sector. It is not waited for
 * until it is on disk, since each commit is: after a loss of power the count may be behind the store, never ahead.
 */
export function openCount(folder: string): { write(changes: number): void; close(): void } {
  const descriptor = openSync(place(folder), 'r+')
  const digest = digestOf(readFileSync(descriptor, 'utf8').replace(HEAD, ''))
  return {
    write: (changes) => void writeSync(descriptor, headOf(changes, digest), 0),
    close: () => closeSync(descriptor)
  }
}

function bodyOf({ changes: _, revoked, ...rest }: Marker): string {
  const limit = new Date(Date.now() - KEEP_REVOKED_MS).toISOString()
  const safe = revoked.length - KEEP_REVOKED
  const kept = revoked.filter(({ at }, index) => index >= safe || at > limit)
  return `${JSON.stringify({ ...rest, revoked: kept }).slice(1)}\n`
}

function headOf(changes: number, bodyDigest: string): string {
  const count = String(changes).padStart(DIGITS)
  return `{"changes":${count},"check":"${digestOf(`${changes} ${bodyDigest}`).slice(0, 16)}",`
}

/** Markers from before there was a count have no check value either. */
function isAsWritten(text: string, { changes }: Marker): boolean {
  if (changes === undefined) return !text.includes('"check"')
  const head = HEAD.exec(text)?.[0]
  return head !== undefined && head === headOf(changes, digestOf(text.slice(head.length)))
}

const digestOf = (text: string) => createHash('sha256').update(text.trimEnd()).digest('hex')

const place = (folder: string) => path.join(folder, 'node.json')
