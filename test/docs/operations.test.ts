import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { buildDeb } from '../../src/dev/build/deb.ts'
import { startNest, whyNoNest } from '../systemd/nest.ts'

const docs = path.join(import.meta.dirname, '..', '..', 'docs')

/** Blocks that are tried elsewhere: packages by test/packaging, the image by test/engine, the start by test/exit-codes. */
const ELSEWHERE = [
  ...['npm run package:deb', 'npm run package:npm', 'npm run package:apt', 'curl -fsSLo /etc/apt/'],
  ...['npm install --global', 'flatrun-cluster agent', 'docker build', 'docker compose']
]

function commands(page: string): string[] {
  const text = readFileSync(path.join(docs, page), 'utf8')
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks.filter((block) => !ELSEWHERE.some((start) => block.startsWith(start)))
}

test('every command of the pages on installing and operating works as it is written', {
  skip: whyNoNest()
}, async (t) => {
  const shelf = mkdtempSync(path.join(os.tmpdir(), 'flatrun-cluster-'))
  t.after(() => rmSync(shelf, { recursive: true }))
  await buildDeb({ out: shelf, compression: 'none' })
  const nest = await startNest(t, shelf)
  for (const page of ['installing.md', 'life-of-a-server.md', 'operations.md']) {
    const blocks = commands(page)
    assert.ok(blocks.length > 1)
    for (const block of blocks) nest.must(`cd /opt/app; set -e -o pipefail; ${block}`)
  }
  nest.until('flatrun-cluster service status', /state +active/)
})
