import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ensureBuilt } from './built.ts'
import { BUILT } from './fake-api.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()
const KIB = 1024

test('the first load is at most 60 KB gzipped: page, scripts, style and font', async (t) => {
  const { page, fake } = await scene(t)
  const asked = new Set<string>()
  page.on('request', (request) => {
    if (!request.url().includes('/api/')) asked.add(new URL(request.url()).pathname)
  })
  // What the page fetches once it has been idle for a second is no part of the first load, however slow that is.
  await page.addInitScript(() => {
    const soon = window.setTimeout
    Object.assign(window, {
      setTimeout: (run: () => void, ms = 0) => (ms < 1_000 ? soon(run, ms) : 0)
    })
  })
  await page.goto(fake.url)
  await page.getByText('4 problems').waitFor()
  await page.evaluate(() => document.fonts.ready)
  const first = [...asked].filter((file) => file !== '/')
  const bytes = ['/index.html', ...first].map(
    (file) => gzipSync(readFileSync(path.join(BUILT, file)), { level: 9 }).length
  )
  const total = bytes.reduce((sum, size) => sum + size, 0)
  assert.ok(first.some((file) => file.endsWith('.woff2')) && first.some((file) => file.endsWith('.css')))
  assert.ok(total <= 60 * KIB, `${(total / KIB).toFixed(1)} KB: ${first.join(' ')}`)
})

test('nothing is fetched from elsewhere, and nothing is inline', async (t) => {
  const { page, fake, complaints } = await scene(t)
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(fake.url)) foreign.push(request.url())
  })
  for (const place of ['/', '/servers', '/diagnostics', '/servers/home-nas']) {
    await page.goto(fake.url + place)
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  assert.deepEqual(foreign, [])
  assert.deepEqual(complaints, [])
  const html = readFileSync(path.join(BUILT, 'index.html'), 'utf8')
  assert.doesNotMatch(html, /<script(?![^>]*src=)|<style| style=| on\w+=/)
})

test('every text of the build has its compressed forms beside it, each smaller', () => {
  ensureBuilt()
  for (const file of readdirSync(path.join(BUILT, 'assets')).filter((name) => /\.(js|css)$/.test(name))) {
    const plain = statSync(path.join(BUILT, 'assets', file)).size
    for (const form of ['br', 'gz']) {
      const packed = statSync(path.join(BUILT, 'assets', `${file}.${form}`)).size
      assert.ok(packed < plain || plain < 200, `${file}.${form}`)
    }
  }
})
