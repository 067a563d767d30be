import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { marked } from '../../src/dashboard/deployments/log/marks.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()
const LOG = '/deployments/frankfurt-1/shop?view=log'

test('what is looked for in a line is marked, also where it runs over two colours', () => {
  const parts = marked('\u001b[33mWARN\u001b[0m: Warning', 'warn')
  assert.deepEqual(
    parts.filter(({ hit }) => hit).map(({ text, colour }) => [text, colour]),
    [
      ['WARN', 'yellow'],
      ['Warn', '']
    ]
  )
  const over = marked('\u001b[31mab\u001b[32mcd', 'bc').filter(({ hit }) => hit)
  assert.deepEqual(
    over.map(({ text, colour }) => text + colour),
    ['bred', 'cgreen']
  )
  assert.equal(parts.map(({ text }) => text).join(''), 'WARN: Warning')
})

test('a log is searched with marks, then only the lines that have it are shown, and downloaded', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url + LOG)
  const lines = page.locator('.log .line')
  await lines.nth(59).waitFor()
  await page.getByRole('searchbox').fill('order')
  await page.getByText('10 lines with it').waitFor()
  assert.equal(await page.locator('.log mark').count(), 10)
  assert.equal(await lines.count(), 60)
  await page.getByRole('button', { name: 'Only those' }).click()
  await page.waitForURL(/only=hits/)
  assert.equal(await lines.count(), 10)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click()
  ])
  const text = await readFile(await file.path(), 'utf8')
  assert.equal(text.split('\n').length, 10)
  assert.match(text, /^\S+T\S+Z shop INFO {2}order 41877 paid/)
})

test('long lines are wrapped or not, as the address says', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}${LOG}&wrap=off`)
  const space = () => page.locator('.log').evaluate((log) => getComputedStyle(log).whiteSpace)
  await page.locator('.log .line').first().waitFor()
  assert.equal(await space(), 'pre')
  await page.getByRole('button', { name: 'Wrap' }).click()
  assert.equal(await space(), 'pre-wrap')
})

test('older lines are asked for', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url + LOG)
  await page.getByRole('button', { name: 'Older lines' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.log .line').length === 60)
  const asked = () => fake.asked.filter((what) => what.includes('/logs?')).map((what) => /tail=(\d+)/.exec(what)?.[1])
  await page.getByText('held', { exact: true }).waitFor()
  assert.deepEqual(asked(), ['300', '1200'])
})

test('a line is linked to: the link leads to it, from a minute before it on', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(fake.url + LOG)
  const line = page.locator('.log .line').nth(20)
  await line.getByRole('link').click()
  await page.waitForURL(/line=/)
  assert.equal(await line.getAttribute('aria-current'), 'true')
  await page.reload()
  await page.locator('.log .line[aria-current]').waitFor()
  const at = new URL(page.url()).searchParams.get('line') ?? ''
  const since = new Date(Date.parse(at) - 60_000).toISOString()
  assert.ok(
    fake.asked.at(-1)?.includes(`since=${encodeURIComponent(since)}`) ||
      fake.asked.some((what) => what.includes(encodeURIComponent(since)))
  )
  assert.ok(await page.locator('.log .line[aria-current]').isVisible())
})
