import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '..', '..')

test('the page on troubleshooting has a line for every error code of the API', () => {
  const page = readFileSync(path.join(root, 'docs', 'troubleshooting.md'), 'utf8')
  const src = path.join(root, 'src')
  const files = ['flatrun/faults.ts', ...readdirSync(path.join(src, 'errors')).map((file) => `errors/${file}`)]
  const errors = files.map((file) => readFileSync(path.join(src, file), 'utf8')).join('\n')
  const codes = [...errors.matchAll(/createError(?:<[^>]*>)?\(\s*'([a-z_]+)'/g)].map(([, code]) => code ?? '')
  assert.ok(codes.length > 25, codes.join())
  assert.deepEqual(
    codes.filter((code) => !page.includes(`\`${code}\``)),
    []
  )
})
