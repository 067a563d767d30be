import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { Fatal } from '../errors.ts'
import { writeWhole } from './whole-file.ts'

/**
 * A small file beside the database which an old backup of the database does not overwrite: who this node is, how
 * often it was started, and whose keys died here.
 */
const Marker = Type.Object({
  node_id: Type.String(),
  epoch: Type.Integer(),
  /** Digests of keys that must never be accepted again, with the day they died. */
  revoked: Type.Array(Type.Object({ digest: Type.String(), at: Type.String() }))
})
export type Marker = Static<typeof Marker>

const KEEP_REVOKED_MS = 90 * 24 * 3_600_000

export function readMarker(folder: string): Marker | undefined {
  const file = place(folder)
  if (!existsSync(file)) return undefined
  try {
    const marker: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (Check(Marker, marker)) return marker
  } catch (cause) {
    throw new Fatal(78, `${file} cannot be read; restore it from a backup`, { cause })
  }
  throw new Fatal(78, `${file} is not a marker of flatrun-cluster; restore it from a backup`)
}

/** A crash leaves the old one or the new one. @throws Fatal */
export function writeMarker(folder: string, marker: Marker): void {
  const limit = new Date(Date.now() - KEEP_REVOKED_MS).toISOString()
  const kept = { ...marker, revoked: marker.revoked.filter(({ at }) => at > limit) }
  writeWhole(place(folder), `${JSON.stringify(kept)}\n`)
}

const place = (folder: string) => path.join(folder, 'node.json')
