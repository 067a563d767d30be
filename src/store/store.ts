import { randomBytes, randomUUID } from 'node:crypto'
import path from 'node:path'
import type { TObject } from 'typebox'
import { Fatal, StoreFailed } from '../errors.ts'
import { Identity, Invite } from '../schemas/invite.ts'
import { Departure, JoinAttempt } from '../schemas/joining.ts'
import { Member } from '../schemas/peer.ts'
import { createVault, type Vault } from '../security/vault.ts'
import { openCollection } from './collection.ts'
import { canaryContext } from './contexts.ts'
import { type Database, openDatabase, prepareDataPath } from './database.ts'
import { openEvents } from './events.ts'
import { openHistory } from './history.ts'
import { lockDataPath } from './lock.ts'
import { type Marker, readMarker, writeMarker } from './marker.ts'
import { createMembers } from './members.ts'
import { reseal } from './reseal.ts'

export interface StoreOptions {
  folder: string
  /** The first seals, all open. */
  secrets: readonly string[]
  onError?: (error: unknown) => void
}

export type Store = Awaited<ReturnType<typeof openStore>>

const CANARY = 'flatrun-cluster'

/**
 * Everything that outlives the process, in one file that this process alone owns.
 * @throws Fatal with the exit code of PROTOCOL §0, and then nothing was touched.
 */
export async function openStore({ folder, secrets, onError = () => {} }: StoreOptions) {
  prepareDataPath(folder)
  const lock = lockDataPath(path.join(folder, 'lock'))
  let database: Database | undefined
  try {
    const marker = readMarker(folder)
    database = openDatabase(folder, marker !== undefined)
    return await assemble({ folder, secrets, onError, marker, database, lock })
  } catch (error) {
    database?.handle.close()
    lock.release()
    if (error instanceof StoreFailed)
      throw new Fatal(74, `the store in ${folder} cannot be written; is the disk full?`, { cause: error })
    throw error
  }
}

interface Parts extends Required<StoreOptions> {
  marker: Marker | undefined
  database: Database
  lock: { release(): void }
}

async function assemble({ folder, secrets, onError, marker, database, lock }: Parts) {
  const { handle } = database
  const table = <P extends TObject['properties']>(name: string, schema: TObject<P>) =>
    openCollection({ handle, table: name, schema, onError })

  const meta = await table('meta', Identity)
  const known = meta.get('identity')
  if (known && marker && known.nodeId !== marker.node_id) {
    throw new Fatal(
      78,
      `${folder} holds the store of another node than its node.json says; restore both from one backup`
    )
  }
  const salt = known?.salt ?? randomBytes(16).toString('base64url')
  const vault = createVault({ secrets, salt })
  if (known) assertSecret(vault, known.canary)

  /** An older store than the marker's: somebody restored a backup, and what happened since is not in it. */
  const restored = known !== undefined && marker !== undefined && known.epoch < marker.epoch
  const identity: Identity = {
    ...known,
    id: 'identity',
    nodeId: known?.nodeId ?? randomUUID(),
    epoch: Math.max(known?.epoch ?? 0, marker?.epoch ?? 0) + 1,
    salt,
    canary: vault.seal(CANARY, canaryContext)
  }
  let revoked = marker?.revoked ?? []
  let dead = new Set(revoked.map((entry) => entry.digest))
  const members = createMembers(await table('members', Member), (digest) => dead.has(digest))
  const invites = await table('invites', Invite)
  const journal = await table('joins', JoinAttempt)
  const departures = await table('departures', Departure)
  await reseal({ vault, members, invites, journal, departures })
  await meta.put(identity)
  const mark = () => writeMarker(folder, { node_id: identity.nodeId, epoch: identity.epoch, revoked })
  mark()

  return {
    members,
    invites,
    /** The joiner's, of joins under way. */
    journal,
    /** Members that were removed here. */
    departures,
    vault,
    history: openHistory(handle),
    events: openEvents(handle),
    restored,
    /** Opens another collection in the same file. */
    table,
    identity: () => meta.get('identity') ?? identity,
    changeIdentity: (change: Pick<Identity, 'setup'>) => meta.put({ ...(meta.get('identity') ?? identity), ...change }),
    /** Whether a key with this digest died here, whatever a restored store says. */
    isRevoked: (digest: string) => dead.has(digest),
    revoke(digests: readonly string[]): void {
      const at = new Date().toISOString()
      revoked = [...revoked, ...digests.map((digest) => ({ digest, at }))]
      dead = new Set([...dead, ...digests])
      try {
        mark()
      } catch (cause) {
        throw new StoreFailed({ cause })
      }
    },
    /** A consistent copy while running. */
    backup(file: string): void {
      handle.prepare('VACUUM INTO ?').run(file)
    },
    /** True when the file can be read right now. */
    alive: () => handle.prepare('SELECT 1 AS one').get()?.one === 1,
    /** Closing twice is closing once: a start that fails late is cleaned up by two hands. */
    close(): void {
      if (!handle.isOpen) return
      handle.close()
      lock.release()
    }
  }
}

function assertSecret(vault: Vault, canary: string): void {
  try {
    vault.open(canary, canaryContext)
  } catch (cause) {
    throw new Fatal(
      78,
      'the store was sealed with another secret; set auth.jwt_secret to it (a list may hold the new one first and the old ones after it). Nothing was changed',
      { cause }
    )
  }
}
