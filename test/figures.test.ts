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

const LONGER: Record<string, number> = {
  'machines/prober/prober.ts': 220,
  'src/cluster/access/callers.ts': 220,
  'src/cluster/introductions/introductions.ts': 280,
  'src/cluster/introductions/telling.ts': 260,
  'src/cluster/joining/admission.ts': 280,
  'src/cluster/joining/steps.ts': 220,
  'src/config/schema.ts': 260,
  'src/dashboard/screens/peer.tsx': 240,
  'src/dashboard/screens/servers.tsx': 220,
  'src/errors.ts': 320,
  'src/http/openapi/examples.ts': 220,
  'src/http/routes/joining.ts': 220,
  'src/local/disk/folder.ts': 220,
  'src/remote/client.ts': 220,
  'src/schemas/joining.ts': 220
}

const FULLER: Record<string, number> = {
  'src/cli/commands': 29,
  'src/dashboard/lib': 33,
  'src/dashboard/parts': 36,
  'src/dashboard/screens': 30,
  'src/dev/bench': 19,
  'src/http/routes': 20,
  'src/local/compose': 19,
  'src/remote': 20,
  'src/schemas': 26,
  'src/security': 17
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

test('what is listed as too large still is', () => {
  const shrunk = Object.keys(LONGER).filter((file) => !files.includes(file) || linesOf(file) <= MOST_LINES)
  assert.deepEqual(shrunk, [])
})
