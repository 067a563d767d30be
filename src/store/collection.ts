import type { DatabaseSync, StatementSync } from 'node:sqlite'
import KeyvSqlite from '@keyv/sqlite'
import { Keyv } from 'keyv'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import type { Static, TObject, TProperties } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Check } from 'typebox/value'
import { StoreBusy, StoreFailed } from '../errors/requests.ts'
import type { Turns } from './disk/turns.ts'
import { refusal } from './examine.ts'
import { checkedJson, countChanges } from './ledger.ts'

export interface Collection<T> {
  /** In the order in which they were first written. */
  all(): readonly T[]
  get(id: string): T | undefined
  /** Resolves when it is on disk. @throws StoreFailed and StoreBusy, and then nothing has changed. */
  put(record: T): Promise<void>
  putAll(records: readonly T[]): Promise<void>
  /** False when there was none. */
  delete(id: string): Promise<boolean>
  deleteAll(ids: readonly string[]): Promise<void>
}

interface CollectionOptions<P extends TProperties> {
  handle: DatabaseSync
  file: string
  turns: Turns
  /** After each commit. */
  onCommit: () => void
  /** One table per collection: adapters that share a table mix their namespaces. */
  table: string
  schema: TObject<P>
  onFault: (error: unknown) => void
}

/**
 * Records of one kind, in one table, read once and then kept in memory: the process owns the file, so what it wrote
 * is what is there. A record is in memory only after it is on disk.
 */
export async function openCollection<P extends TProperties>(options: CollectionOptions<P>) {
  type Record = Static<TObject<P>> & { id: string }
  const { handle, file, table, schema, turns, onCommit, onFault } = options
  const fits = checkOf(schema)
  const isRecord = (value: unknown): value is Record => fits(value)
  const oneAtATime = pLimit(1)
  /** Of SQLite, as it gave them: the adapter passes on their words alone, or nothing. */
  const faults: unknown[] = []
  const note = (fault: unknown) => void faults.push(fault)
  const store = new KeyvSqlite({
    table,
    keySize: 255,
    iterationLimit: 1_000,
    driver: { name: 'custom', connect: async () => shared(handle, turns, note) }
  })
  const keyv = new Keyv<Record>({ store, throwOnErrors: true, serialization: checkedJson(table) })
  keyv.on('error', note)

  const records = await loadRecords({ store, keyv, handle, table, isRecord, faults }).catch((cause) => {
    throw refusal(file, cause)
  })

  /** What could not be read again is not written: it would keep the next start from starting. */
  function assertRecord(record: Record): void {
    if (!isRecord(record)) throw new Error(`a record for "${table}" has a wrong shape`)
  }

  /** Keyv reports a write that failed by throwing, or by `false`. */
  const committed = (write: () => Promise<boolean | boolean[]>): Promise<void> =>
    oneAtATime(async () => {
      faults.length = 0
      const written = await write().catch(() => false)
      if (written === true || (Array.isArray(written) && !written.includes(false))) return onCommit()
      const [cause] = faults
      if (cause instanceof StoreBusy) throw cause
      onFault(cause)
      throw new StoreFailed({ cause })
    })

  return {
    all: () => [...records.values()],
    get: (id) => records.get(id),
    async put(record) {
      assertRecord(record)
      await committed(() => keyv.set(record.id, record))
      records.set(record.id, record)
    },
    async putAll(batch) {
      if (batch.length === 0) return
      batch.forEach(assertRecord)
      await committed(() => keyv.setMany(batch.map((value) => ({ key: value.id, value }))))
      for (const record of batch) records.set(record.id, record)
    },
    async delete(id) {
      if (!records.has(id)) return false
      await committed(() => keyv.delete(id).then(() => true))
      return records.delete(id)
    },
    async deleteAll(ids) {
      if (ids.length === 0) return
      await committed(() => keyv.deleteMany([...ids]).then(() => true))
      for (const id of ids) records.delete(id)
    }
  } satisfies Collection<Record>
}

/** Compiling costs as much as a hundred checks: a start makes fewer, and a cluster that comes together many more. */
function checkOf(schema: TObject): (value: unknown) => boolean {
  let checks = 0
  return (value) => {
    if (++checks <= WORTH_COMPILING) return Check(schema, value)
    const validator = compiled.get(schema) ?? Compile(schema)
    compiled.set(schema, validator)
    return validator.Check(value)
  }
}
const WORTH_COMPILING = 100
/** Each schema once, however many stores are open. */
const compiled = new WeakMap<TObject, Validator>()

interface Loading<R> {
  store: KeyvSqlite
  keyv: Keyv<R>
  handle: DatabaseSync
  table: string
  isRecord: (value: unknown) => value is R
  faults: readonly unknown[]
}

/** @throws where a record cannot be read or understood, or one is missing */
async function loadRecords<R>({ store, keyv, handle, table, isRecord, faults }: Loading<R>): Promise<Map<string, R>> {
  await store.ready
  countChanges(handle, table)
  const loaded = new Map<string, R>()
  for await (const [id, value] of keyv.iterator?.() ?? []) {
    // Keyv's iterators report a read that failed, and end or go on as if nothing had been there.
    if (faults.length > 0) break
    if (!isRecord(value)) throw new RangeError(`a record in "${table}" cannot be understood`)
    loaded.set(String(id), value)
  }
  if (faults.length > 0) throw faults[0]
  const stored = handle.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.n
  if (stored !== loaded.size) throw new RangeError(`of "${table}" ${loaded.size} of ${stored} records could be read`)
  return loaded
}

/** All collections run over the one connection: a second one could only wait for the first. */
function shared(handle: DatabaseSync, turns: Turns, onFault: (fault: unknown) => void) {
  const prepared = new LRUCache<string, StatementSync>({ max: 32 })
  function statement(sql: string): StatementSync {
    const known = prepared.get(sql)
    if (known) return known
    const made = handle.prepare(sql)
    prepared.set(sql, made)
    return made
  }

  return {
    query: async (sql: string, ...parameters: unknown[]) => {
      try {
        return await turns.take(() => statement(sql).all(...parameters.map(bindable)))
      } catch (fault) {
        onFault(fault)
        throw fault
      }
    },
    close: async () => {}
  }
}

const bindable = (value: unknown) => (typeof value === 'number' || value === null ? value : String(value))
