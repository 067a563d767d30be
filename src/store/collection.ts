import type { DatabaseSync } from 'node:sqlite'
import KeyvSqlite from '@keyv/sqlite'
import { Keyv } from 'keyv'
import type { Static, TObject, TProperties } from 'typebox'
import { Check } from 'typebox/value'
import { Fatal, StoreFailed } from '../errors.ts'

export interface Collection<T> {
  /** In the order in which they were first written. */
  all(): readonly T[]
  get(id: string): T | undefined
  /** Resolves when it is on disk. @throws StoreFailed, and then nothing has changed. */
  put(record: T): Promise<void>
  putAll(records: readonly T[]): Promise<void>
  /** False when there was none. */
  delete(id: string): Promise<boolean>
  deleteAll(ids: readonly string[]): Promise<void>
}

interface CollectionOptions<P extends TProperties> {
  handle: DatabaseSync
  /** One table per collection: adapters that share a table mix their namespaces. */
  table: string
  schema: TObject<P>
  onError: (error: unknown) => void
}

/**
 * Records of one kind, in one table, read once and then kept in memory: the process owns the file, so what it wrote
 * is what is there. A record is in memory only after it is on disk.
 */
export async function openCollection<P extends TProperties>(options: CollectionOptions<P>) {
  type Record = Static<TObject<P>> & { id: string }
  const { handle, table, schema, onError } = options
  const store = new KeyvSqlite({
    table,
    keySize: 255,
    iterationLimit: 1_000,
    driver: { name: 'custom', connect: async () => shared(handle) }
  })
  const keyv = new Keyv<Record>({ store, throwOnErrors: true })
  keyv.on('error', onError)
  const isRecord = (value: unknown): value is Record => Check(schema, value)

  const records = new Map<string, Record>()
  for await (const [id, value] of keyv.iterator?.() ?? []) {
    if (!isRecord(value))
      throw new Fatal(78, `the store holds a record in "${table}" that cannot be understood; restore a backup`)
    records.set(String(id), value)
  }

  /** What could not be read again is not written: it would keep the next start from starting. */
  function assertRecord(record: Record): void {
    if (!isRecord(record)) throw new Error(`a record for "${table}" has a wrong shape`)
  }

  async function committed<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (cause) {
      onError(cause)
      throw new StoreFailed({ cause })
    }
  }

  return {
    all: () => [...records.values()],
    get: (id) => records.get(id),
    async put(record) {
      assertRecord(record)
      if (!(await committed(() => keyv.set(record.id, record)))) throw new StoreFailed()
      records.set(record.id, record)
    },
    async putAll(batch) {
      if (batch.length === 0) return
      batch.forEach(assertRecord)
      const written = await committed(() => keyv.setMany(batch.map((value) => ({ key: value.id, value }))))
      if (written.includes(false)) throw new StoreFailed()
      for (const record of batch) records.set(record.id, record)
    },
    async delete(id) {
      if (!records.has(id)) return false
      await committed(() => keyv.delete(id))
      return records.delete(id)
    },
    async deleteAll(ids) {
      if (ids.length === 0) return
      if ((await committed(() => keyv.deleteMany([...ids]))).includes(false)) throw new StoreFailed()
      for (const id of ids) records.delete(id)
    }
  } satisfies Collection<Record>
}

/** All collections run over the one connection: a second one could only wait for the first. */
function shared(handle: DatabaseSync) {
  return {
    query: async (sql: string, ...parameters: unknown[]) => handle.prepare(sql).all(...parameters.map(bindable)),
    close: async () => {}
  }
}

const bindable = (value: unknown) => (typeof value === 'number' || value === null ? value : String(value))
