import assert from 'node:assert/strict'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { test } from 'node:test'
import Type from 'typebox'
import { openCollection } from '../../src/store/collection.ts'
import { createTurns } from '../../src/store/disk/turns.ts'
import { CREATE_LEDGER } from '../../src/store/ledger.ts'

/** A database of which nothing can be read any more once it is told so. */
class FailingDatabase extends DatabaseSync {
  fault: Error | undefined
  override prepare(sql: string): StatementSync {
    if (this.fault && /SELECT \* FROM/.test(sql)) throw this.fault
    return super.prepare(sql)
  }
}

const open = (handle: DatabaseSync) =>
  openCollection({
    handle,
    file: 'cluster.db',
    table: 'things',
    schema: Type.Object({ id: Type.String(), word: Type.String() }),
    turns: createTurns(),
    onCommit: () => {},
    onFault: () => {}
  })

async function filled() {
  const handle = new FailingDatabase(':memory:')
  handle.exec(CREATE_LEDGER)
  await (await open(handle)).putAll(['a', 'b', 'c'].map((id) => ({ id, word: `:word of ${id}` })))
  return handle
}

test('records are read back as they were written', async () => {
  const again = await open(await filled())
  assert.deepEqual(
    again.all().map(({ word }) => word),
    [':word of a', ':word of b', ':word of c']
  )
})

for (const [what, errcode, exitCode] of [
  ['a disk that cannot be read', 10, 74],
  ['a page that is damaged', 11, 78],
  ['a file that is too short', 522, 78],
  ['another process that holds the file', 6, 75]
] as const) {
  test(`${what} while a collection is loaded ends the start with ${exitCode}, not with an empty collection`, async () => {
    const handle = await filled()
    handle.fault = Object.assign(new Error('as SQLite says it'), { errcode })
    await assert.rejects(open(handle), { exitCode })
  })
}

test('a record whose letters were changed on disk is not taken', async () => {
  const handle = await filled()
  handle.exec(`UPDATE things SET value = replace(value, 'word of b', 'word of x')`)
  await assert.rejects(open(handle), { exitCode: 78 })
})
