import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Type } from 'typebox'
import { keepInFile, readAllKept, readKept } from '../src/kept-file.ts'
import { temporaryFolder, until } from './daemon.ts'

const Shape = Type.Object({ n: Type.Integer(), text: Type.String() })
const FIVE_MINUTES_MS = 300_000

async function all(file: string): Promise<number[]> {
  const found: number[] = []
  await readAllKept(file, Shape, ({ n }) => void found.push(n))
  return found
}

test('records are written every five minutes and at the end, in pieces, and read again', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const file = path.join(temporaryFolder(t), 'kept.json')
  const faults: unknown[] = []
  let count = 40
  function* records() {
    for (let n = 0; n < count; n++) yield { n, text: 'é'.repeat(5_000) }
  }
  const end = keepInFile({ file, records, onFault: (fault) => faults.push(fault) })
  assert.deepEqual(await all(file), [])

  t.mock.timers.tick(FIVE_MINUTES_MS)
  await until(async () => (await all(file)).length === 40)
  count = 3
  end()
  assert.deepEqual(await all(file), [0, 1, 2])
  assert.equal(readKept(file, Shape)?.n, 0)
  assert.deepEqual([faults, readdirSync(path.dirname(file))], [[], ['kept.json']])
})

test('what a write under way brings after the end is not kept', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const file = path.join(temporaryFolder(t), 'kept.json')
  let written = 0
  function* records() {
    const text = ++written === 1 ? 'old'.repeat(100_000) : 'new'
    yield { n: written, text }
  }
  const end = keepInFile({ file, records, onFault: (fault) => assert.fail(String(fault)) })
  t.mock.timers.tick(FIVE_MINUTES_MS)
  await until(() => written === 1)
  end()
  await until(() => readFileSync(`${file}.new`, 'utf8').endsWith('"}\n'))
  assert.deepEqual(await all(file), [2])
})

test('a line that was not written so is left out, and a file that cannot be written is told', async (t) => {
  const folder = temporaryFolder(t)
  const file = path.join(folder, 'kept.json')
  writeFileSync(file, '{"n":1,"text":"a"}\n{"n":"2","text":"b"}\n[]\n{"n":3,\n')
  appendFileSync(file, '{"n":4,"text":"d"}')
  assert.deepEqual(await all(file), [1, 4])

  const faults: unknown[] = []
  keepInFile({
    file: path.join(folder, 'gone', 'kept.json'),
    records: () => [],
    onFault: (fault) => faults.push(fault)
  })()
  assert.match(String(faults), /ENOENT/)
})
