import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { jsonSerializer, type KeyvSerializationAdapter } from 'keyv'
import { isRecord } from '../untyped.ts'

/**
 * What the store knows of itself: how many records were ever written or deleted, and the sum of the check values of
 * all records that it holds. Triggers keep both in the transaction of the write, so a store that lost writes, rows or
 * bits does not add up.
 */
export interface Ledger {
  readonly changes: number
  readonly total: number
}

/** 48 bits: SQLite and JavaScript both add them exactly. */
const CHECK_BYTES = 6
const MASK = 2 ** 48 - 1
const CHECKED = /^\{"check":(\d+),/
/** Tables that are no collections: they may lose rows without harm. */
const NOT_COUNTED = new Set(['ledger', 'events', 'history'])

export const CREATE_LEDGER = `
  CREATE TABLE ledger (id INTEGER PRIMARY KEY CHECK (id = 1), changes INTEGER NOT NULL, total INTEGER NOT NULL);
  INSERT INTO ledger VALUES (1, 0, 0)`

/** How the records of a table are written: as JSON, with a check value before all else. */
export function checkedJson(table: string): KeyvSerializationAdapter {
  return {
    stringify: (entry) => withCheck(table, jsonSerializer.stringify(entry)),
    parse: (text) => jsonSerializer.parse(withoutCheck(table, text).text)
  }
}

function withCheck(table: string, text: string): string {
  return `{"check":${checkOf(table, text)},${text.slice(1)}`
}

/** Makes every write to a table count. */
export function countChanges(handle: DatabaseSync, table: string): void {
  for (const [name, sql] of triggersOf(table)) if (triggerText(handle, name) === undefined) handle.exec(sql)
}

export function readLedger(handle: DatabaseSync): Ledger {
  const { changes, total } = handle.prepare('SELECT changes, total FROM ledger').get() ?? {}
  if (typeof changes !== 'number' || typeof total !== 'number') throw new RangeError('the ledger is gone')
  return { changes, total }
}

/** @throws RangeError when the records are not those that were written. */
export function assertAddsUp(handle: DatabaseSync): Ledger {
  const ledger = readLedger(handle)
  let total = 0
  for (const table of collectionsIn(handle)) {
    const rows = handle.prepare(`SELECT * FROM "${table}"`).all()
    for (const [name, sql] of triggersOf(table)) {
      const found = triggerText(handle, name)
      // A first start that was killed leaves a table that is empty and not counted yet.
      if (found !== sql && (found !== undefined || rows.length > 0)) throw new RangeError(`trigger ${name} was changed`)
    }
    for (const { key, value, namespace, expires } of rows) {
      const { text, check } = withoutCheck(table, String(value))
      if (idOf(recordIn(text)) !== key || namespace !== '' || expires !== null)
        throw new RangeError(`a row of "${table}" was changed`)
      total = addTo(total, check)
    }
  }
  if (total !== ledger.total) throw new RangeError('records are missing')
  return ledger
}

/** Counts what a store of version 1 holds. */
export function addLedger(handle: DatabaseSync): void {
  handle.exec(CREATE_LEDGER)
  let total = 0
  let changes = 0
  for (const table of collectionsIn(handle)) {
    const update = handle.prepare(`UPDATE "${table}" SET value = ? WHERE key = ?`)
    for (const { key, value } of handle.prepare(`SELECT key, value FROM "${table}"`).all()) {
      update.run(withCheck(table, String(value)), String(key))
      total = addTo(total, checkOf(table, String(value)))
      changes++
    }
    countChanges(handle, table)
  }
  handle.prepare('UPDATE ledger SET changes = ?, total = ?').run(changes, total)
}

/** What Keyv stored, out of its envelope. */
export function recordIn(stored: string): unknown {
  const envelope: unknown = jsonSerializer.parse(stored)
  return isRecord(envelope) ? envelope.value : undefined
}

const idOf = (record: unknown) => isRecord(record) && record.id

export function collectionsIn(handle: DatabaseSync): string[] {
  const tables = handle.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all()
  return tables.map(({ name }) => String(name)).filter((name) => !NOT_COUNTED.has(name) && !name.startsWith('sqlite_'))
}

function withoutCheck(table: string, stored: string): { text: string; check: number } {
  const [head, digits] = CHECKED.exec(stored) ?? []
  const text = `{${stored.slice(head?.length)}`
  const check = Number(digits)
  if (head === undefined || checkOf(table, text) !== check) throw new RangeError(`a record in "${table}" was changed`)
  return { text, check }
}

const checkOf = (table: string, text: string) =>
  createHash('sha256').update(`${table}|${text}`).digest().readUIntBE(0, CHECK_BYTES)

/** Modulo 2^48; below that a double is exact. */
const addTo = (total: number, check: number) => (total + check) % (MASK + 1)

function triggersOf(table: string): [name: string, sql: string][] {
  const [before, after] = ["json_extract(old.value, '$.check')", "json_extract(new.value, '$.check')"]
  return (
    [
      ['added', 'INSERT', `+ ${after}`],
      ['changed', 'UPDATE', `- ${before} + ${after}`],
      ['deleted', 'DELETE', `- ${before}`]
    ] as const
  ).map(([what, when, sum]) => [
    `${table}_${what}`,
    `CREATE TRIGGER "${table}_${what}" AFTER ${when} ON "${table}" BEGIN UPDATE ledger SET changes = changes + 1, total = (total ${sum}) & ${MASK}; END`
  ])
}

function triggerText(handle: DatabaseSync, name: string): string | undefined {
  const row = handle.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?").get(name)
  return row && String(row.sql)
}
