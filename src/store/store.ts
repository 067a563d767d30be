import { randomBytes, randomUUID } from 'node:crypto'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { TObject } from 'typebox'
import { Fatal } from '../errors/fatal.ts'
import { StoreFailed } from '../errors/requests.ts'
import { Identity, Invite } from '../schemas/joining/invite.ts'
import { Departure, JoinAttempt } from '../schemas/joining/records.ts'
import { Member } from '../schemas/peer.ts'
import { createIdentityKey } from '../security/identity.ts'
import { createVault, type Vault } from '../security/vault.ts'
import { openCollection } from './collection.ts'
import { canaryContext, identityContext } from './contexts.ts'
import { databaseIn, findDatabase, openDatabase, prepareDataPath } from './disk/database.ts'
import { lockDataPath } from './disk/lock.ts'
import { type Marker, readMarker, writeMarker } from './disk/marker.ts'
import { createTurns } from './disk/turns.ts'
import { openEvents } from './events.ts'
import { refusal } from './examine.ts'
import { openHistory } from './history.ts'
import { type Keeper, openKeeper } from './keeper.ts'
import { createMembers } from './members.ts'
import { reseal } from './reseal.ts'

export interface StoreOptions {
  folder: string
  /** The first seals, all open. */
  secrets: readonly string[]
  onFault?: (error: unknown) => void
}

export type Store = Awaited<ReturnType<typeof openStore>>

const CANARY = 'flatrun-cluster'

/**
 * Everything that outlives the process, in one file that this process alone owns.
 * @throws Fatal with the exit code of PROTOCOL §0, and then nothing was touched.
 */
export async function openStore({ folder, secrets, onFault = () => {} }: StoreOptions) {
  prepareDataPath(folder)
  const lock = lockDataPath(path.join(folder, 'lock'))
  let handle: DatabaseSync | undefined
  try {
    const marker = readMarker(folder)
    const found = findDatabase(folder, marker)
    const salt = found?.identity?.salt ?? randomBytes(16).toString('base64url')
    const vault = createVault({ secrets, salt })
    if (found?.identity) assertSecret(vault, found.identity.canary)
    // Before the store begins to count: from then on a marker without a count is refused.
    if (marker && marker.changes === undefined) writeMarker(folder, marker)
    handle = openDatabase(folder)
    return await assemble({ folder, vault, salt, onFault, marker, known: found?.identity, handle, lock })
  } catch (error) {
    handle?.close()
    lock.release()
    if (error instanceof StoreFailed)
      throw new Fatal(74, `the store in ${folder} cannot be written; is the disk full?`, { cause: error })
    throw error
  }
}

interface Parts {
  folder: string
  vault: Vault
  salt: string
  onFault: (error: unknown) => void
  marker: Marker | undefined
  known: Identity | undefined
  handle: DatabaseSync
  lock: { release(): void }
}

async function assemble({ folder, vault, salt, onFault, marker, known, handle, lock }: Parts) {
  const turns = createTurns()
  const file = databaseIn(folder)
  const onCommit = () => keeper?.committed()
  const table = <P extends TObject['properties']>(name: string, schema: TObject<P>) =>
    openCollection({ handle, file, table: name, schema, turns, onCommit, onFault })
  let keeper: Keeper | undefined

  // One commit for all that a start makes and writes: each would wait for the disk.
  run(handle, 'BEGIN IMMEDIATE', file)
  const meta = await table('meta', Identity)
  /** An older store than the marker's: somebody restored a backup, and what happened since is not in it. */
  const restored = known !== undefined && marker !== undefined && known.epoch < marker.epoch
  const identity = identityOf({ known, marker, vault, salt })
  const dead = new Set(marker?.revoked.map((entry) => entry.digest))
  const members = createMembers(await table('members', Member), (digest) => dead.has(digest))
  const invites = await table('invites', Invite)
  const journal = await table('joins', JoinAttempt)
  const departures = await table('departures', Departure)
  await reseal({ vault, members, invites, journal, departures })
  await meta.put(identity)
  const events = openEvents(handle, 2_000, turns)
  const history = openHistory(handle, turns)
  run(handle, 'COMMIT', file)
  keeper = openKeeper({ folder, handle, identity, marker, onFault })
  // From here on requests are served: nobody waits for a lock inside of SQLite.
  handle.exec('PRAGMA busy_timeout = 0')

  return {
    members,
    invites,
    /** The joiner's, of joins under way. */
    journal,
    /** Members that were removed here. */
    departures,
    vault,
    history,
    events,
    restored,
    /** Opens another collection in the same file. */
    table,
    identity: () => meta.get('identity') ?? identity,
    changeIdentity: (change: Pick<Identity, 'setup' | 'card'>) =>
      meta.put({ ...(meta.get('identity') ?? identity), ...change }),
    /** Whether a key with this digest died here, even if a restored store has it. */
    isRevoked: (digest: string) => dead.has(digest),
    /** @throws StoreFailed */
    revoke(digests: readonly string[]): void {
      for (const digest of digests) dead.add(digest)
      keeper?.revoke(digests)
    },
    /** Writes wait for another process no longer than a stop may last. */
    hurry: turns.hurry,
    /** Closing twice is closing once: a start that fails late is cleaned up by two hands. */
    close(): void {
      if (!handle.isOpen) return
      keeper?.close()
      handle.close()
      lock.release()
    }
  }
}

/** @throws Fatal */
function run(handle: DatabaseSync, sql: string, file: string): void {
  try {
    handle.exec(sql)
  } catch (cause) {
    throw refusal(file, cause)
  }
}

/** Who this node is from this start on: the same as before, with a higher epoch. */
const identityOf = ({ known, marker, vault, salt }: Pick<Parts, 'known' | 'marker' | 'vault' | 'salt'>): Identity => ({
  ...known,
  id: 'identity',
  nodeId: known?.nodeId ?? randomUUID(),
  epoch: Math.max(known?.epoch ?? 0, marker?.epoch ?? 0) + 1,
  salt,
  canary: vault.seal(CANARY, canaryContext),
  box: boxOf(vault, known?.box)
})

/** Made once: others know this node by it, so a new one would make a stranger of it. */
function boxOf(vault: Vault, known: Identity['box']): Identity['box'] {
  if (!known) {
    const { publicKey, privateKey } = createIdentityKey()
    return { publicKey, sealed: vault.seal(privateKey, identityContext) }
  }
  const { publicKey, sealed } = known
  return {
    publicKey,
    sealed: vault.isCurrent(sealed) ? sealed : vault.seal(vault.open(sealed, identityContext), identityContext)
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
