import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

/**
 * How large files and folders may get. Files that were larger when this was written are listed, and may only shrink: who
 * makes one smaller lowers its figure here, or takes it out.
 */
const root = path.join(import.meta.dirname, '..')
const MOST_LINES = 200
const MEDIAN = 60
const MOST_FILES = 14
/** A mend of a few lines is no reason to change this list. */
const ROOM = 10

const LONGER: Record<string, number> = {
  'machines/prober/prober.ts': 210,
  'src/config/schema.ts': 260,
  'src/http/openapi/examples.ts': 210
}

const files = ['src', 'machines'].flatMap((room) =>
  readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|mjs)$/.test(name))
    .map((name) => path.join(room, name))
)
const linesOf = (file: string) => readFileSync(path.join(root, file), 'utf8').split('\n').length - 1

test(`no file has more than ${MOST_LINES} lines, and none that had more grows`, () => {
  const long = files
    .map((file) => ({ file, lines: linesOf(file) }))
    .filter(({ file, lines }) => lines > (LONGER[file] ?? MOST_LINES))
  assert.deepEqual(long, [])
})

test(`half of the files have at most ${MEDIAN} lines`, () => {
  const lengths = files.map(linesOf).sort((a, b) => a - b)
  assert.ok((lengths[Math.floor(lengths.length / 2)] ?? 0) <= MEDIAN)
})

test(`no folder has more than ${MOST_FILES} files beside its sub-rooms`, () => {
  const counts = Map.groupBy(files, (file) => path.dirname(file))
  const full = [...counts].filter(([, inside]) => inside.length > MOST_FILES).map(([folder]) => folder)
  assert.deepEqual(full, [])
})

test('what became smaller is listed as small as it is', () => {
  const shorter = Object.entries(LONGER).filter(
    ([file, lines]) => !files.includes(file) || linesOf(file) < lines - ROOM
  )
  assert.deepEqual(shorter, [])
})
