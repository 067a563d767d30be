import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelled, withHoles } from '../../src/dashboard/lib/axis.ts'
import { percent } from '../../src/dashboard/lib/words/format.ts'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('no label of an axis is written twice', () => {
  assert.deepEqual(labelled([0, 0.2, 0.4, 0.6, 1], percent), ['0 %', '', '', '1 %', ''])
  assert.deepEqual(labelled([0, 50, 100], percent), ['0 %', '50 %', '100 %'])
})

test('a time without checks is a hole, and a check that came late is none', () => {
  const course = withHoles({ times: [0, 30, 62, 90, 600, 630], values: [1, 2, 3, 4, 5, 6] })
  assert.deepEqual(course.times, [0, 30, 62, 90, 120, 600, 630])
  assert.deepEqual(course.values, [1, 2, 3, 4, undefined, 5, 6])
  assert.deepEqual(withHoles({ times: [], values: [] }), { times: [], values: [] })
  assert.deepEqual(withHoles({ times: [7], values: [1] }), { times: [7], values: [1] })
})

test('of four charts that move together one has a readout: the one under the pointer', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?view=usage`)
  const plots = page.locator('.plot .u-over')
  await plots.nth(3).waitFor()
  await plots.nth(1).hover()
  const readouts = page.locator('.readout')
  await readouts.first().waitFor()
  assert.equal(await readouts.count(), 1)
  await page.mouse.move(2, 2)
  await readouts.first().waitFor({ state: 'detached' })
})

test('a part of the time is looked at closer by dragging, a line is switched by its name, and both are in the address', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers?view=usage`)
  const plot = page.locator('.plot .u-over').first()
  await plot.waitFor()
  const box = await plot.boundingBox()
  assert.ok(box)
  await page.mouse.move(box.x + box.width * 0.3, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/from=.*to=/)
  const { searchParams } = new URL(page.url())
  const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''))
  assert.ok(Math.abs(Number(to) - Number(from) - 0.3 * 3_600_000) < 120_000, `${from} ${to}`)
  await page.getByRole('button', { name: '×' }).click()
  await page.waitForURL((url) => !url.searchParams.has('from'))
  await page
    .getByRole('button', { name: /^helsinki-1 \d+ %/ })
    .first()
    .click()
  await page.waitForURL(/off=helsinki-1/)
  assert.equal(await page.locator('.legend .off').count(), 4)
})
