import type { DatabaseSync } from 'node:sqlite'
import { StoreFailed } from '../errors/requests.ts'
import type { Identity } from '../schemas/joining/invite.ts'
import { checkpoint } from './disk/database.ts'
import { type Marker, openCount, writeMarker } from './disk/marker.ts'
import { isBusy } from './disk/sqlite-error.ts'
import { readLedger } from './ledger.ts'

export type Keeper = ReturnType<typeof openKeeper>

interface KeeperOptions {
  folder: string
  handle: DatabaseSync
  identity: Identity
  /** As it was found. */
  marker: Marker | undefined
  onFault: (error: unknown) => void
}

/** After a write, so that a burst of them is moved together. */
const IDLE_MS = 5_000

/**
 * Keeps the marker in step with the store, and the write-ahead log short: what it holds is lost with it. A start counts
 * in the marker once it is in the database file itself, so a lost log is never taken for a backup that was put back.
 */
export function openKeeper({ folder, handle, identity, marker, onFault }: KeeperOptions) {
  const state: Marker = { node_id: identity.nodeId, epoch: marker?.epoch ?? 0, revoked: marker?.revoked ?? [] }
  let count: ReturnType<typeof openCount> | undefined
  let timer: NodeJS.Timeout | undefined
  settle()
  if (marker && !count) mark()

  function settle(): void {
    timer = undefined
    if (!moved()) later()
    else if (state.epoch !== identity.epoch) {
      state.epoch = identity.epoch
      mark()
    }
  }

  /** False while another process reads the file. */
  function moved(): boolean {
    try {
      return checkpoint(handle)
    } catch (error) {
      if (!isBusy(error)) throw error
      return false
    }
  }

  function later(): void {
    timer ??= setTimeout(() => {
      try {
        settle()
      } catch (error) {
        onFault(error)
      }
    }, IDLE_MS).unref()
  }

  function mark(): void {
    writeMarker(folder, { ...state, changes: readLedger(handle).changes })
    count?.close()
    count = openCount(folder)
  }

  return {
    /** The write is on disk; the count that follows it is never ahead of the store, and need not be waited for. */
    committed(): void {
      later()
      try {
        count?.write(readLedger(handle).changes)
      } catch (error) {
        onFault(error)
      }
    },
    /** @throws StoreFailed */
    revoke(digests: readonly string[]): void {
      const at = new Date().toISOString()
      state.revoked = [...state.revoked, ...digests.map((digest) => ({ digest, at }))]
      try {
        mark()
      } catch (cause) {
        throw new StoreFailed({ cause })
      }
    },
    close(): void {
      clearTimeout(timer)
      count?.close()
    }
  }
}
