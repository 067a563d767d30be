import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

/**
 * How large files and folders may get. What was larger when this was written is listed, and may only shrink: who makes
 * one smaller lowers its figure here, or takes it out.
 */
const root = path.join(import.meta.dirname, '..')
const MOST_LINES = 200
const MEDIAN = 60
const MOST_FILES = 14
/** A mend of a few lines is no reason to change this list. */
const ROOM = 10

const LONGER: Record<string, number> = {
  'machines/prober/prober.ts': 210,
  'src/alerts/alerts.ts': 210,
  'src/alerts/incidents.ts': 270,
  'src/cluster/introductions/introductions.ts': 270,
  'src/cluster/introductions/telling.ts': 260,
  'src/cluster/joining/admission.ts': 270,
  'src/cluster/joining/steps.ts': 220,
  'src/config/schema.ts': 260,
  'src/dashboard/screens/server.tsx': 300,
  'src/dashboard/screens/usage.tsx': 220,
  'src/errors.ts': 330,
  'src/http/app.ts': 207,
  'src/http/openapi/examples.ts': 210,
  'src/http/routes/joining.ts': 210,
  'src/local/disk/folder.ts': 210,
  'src/remote/client.ts': 220,
  'src/schemas/joining.ts': 210
}

const FULLER: Record<string, number> = {
  'src/cli/commands': 31,
  'src/daemon/parts': 16,
  'src/dashboard/lib': 30,
  'src/dashboard/parts': 23,
  'src/dashboard/screens': 15,
  'src/dev/bench': 19,
  'src/http/routes': 16,
  'src/local/compose': 18,
  'src/remote': 20,
  'src/schemas': 25,
  'src/security': 16
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

test(`no folder has more than ${MOST_FILES} files beside its sub-rooms, and none that had more grows`, () => {
  const counts = Map.groupBy(files, (file) => path.dirname(file))
  const full = [...counts]
    .map(([folder, inside]) => ({ folder, files: inside.length }))
    .filter(({ folder, files }) => files > (FULLER[folder] ?? MOST_FILES))
  assert.deepEqual(full, [])
})

test('what became smaller is listed as small as it is', () => {
  const shorter = Object.entries(LONGER).filter(
    ([file, lines]) => !files.includes(file) || linesOf(file) < lines - ROOM
  )
  const inside = (folder: string) => files.filter((file) => path.dirname(file) === folder).length
  const emptier = Object.entries(FULLER).filter(([folder, count]) => inside(folder) < count)
  assert.deepEqual([...shorter, ...emptier], [])
})
