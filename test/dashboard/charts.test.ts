import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelled, withHoles } from '../../src/dashboard/lib/axis.ts'
import { percent } from '../../src/dashboard/lib/words/format.ts'
import { marksOf } from '../../src/dashboard/parts/charts/marks.ts'
import type { ClusterEvent, NewEvent } from '../../src/schemas/event.ts'
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
  await page.locator('.legend .off').nth(3).waitFor()
  assert.equal(await page.locator('.legend .off').count(), 4)
})

const NOON = Date.parse('2026-11-29T12:00:00Z')
const happened = (minute: number, event: NewEvent): ClusterEvent => ({
  ...{ id: minute + 1, at: new Date(NOON + minute * 60_000).toISOString() },
  ...event
})

test('marks are what happened to the servers of a chart, in its time, and of many the newest', () => {
  const down: NewEvent = { type: 'peer.state', peer: 'b', from: 'suspect', to: 'offline' }
  const events = [
    happened(0, down),
    happened(5, { type: 'deployment.changed', from: 'running', to: 'error', facts: { deployment: 'shop' } }),
    happened(6, { ...down, peer: 'c' }),
    happened(7, { type: 'invite.created' }),
    happened(90, down)
  ]
  const asked = { self: 'a', from: NOON, to: NOON + 3_600_000 }
  assert.deepEqual(marksOf(events, { names: ['b'], ...asked }), [{ at: NOON, text: 'suspect → offline', tone: 'bad' }])
  assert.deepEqual(
    marksOf(events, { names: ['a', 'b'], ...asked }).map(({ text }) => text),
    ['b: suspect → offline', 'a: shop: running → error']
  )
  const many = Array.from({ length: 59 }, (_, minute) => happened(minute, { ...down, reason: String(minute) }))
  const marks = marksOf(many, { names: ['b'], ...asked })
  assert.deepEqual([marks.length, marks.at(-1)?.text], [40, 'suspect → offline · 58'])
})

test('what happened is drawn as dashed lines down a chart, and told in its table', async (t) => {
  const { page, fake } = await scene(t)
  await page.addInitScript(() => {
    const drawn: number[] = []
    Object.assign(window, { drawn })
    const { stroke, moveTo } = CanvasRenderingContext2D.prototype
    let at = 0
    Object.assign(CanvasRenderingContext2D.prototype, {
      moveTo(this: CanvasRenderingContext2D, x: number, y: number) {
        at = x
        moveTo.call(this, x, y)
      },
      stroke(this: CanvasRenderingContext2D, ...path: [Path2D]) {
        if (this.getLineDash().length > 0) drawn.push(at)
        stroke.apply(this, path)
      }
    })
  })
  await page.goto(`${fake.url}/servers/warsaw-1`)
  await page.locator('.plot .u-over').waitFor()
  await page.waitForFunction(() => Reflect.get(window, 'drawn').length >= 2)
  const places = new Set<number>(await page.evaluate(() => Reflect.get(window, 'drawn')))
  // Suspect, and eighteen seconds later offline.
  assert.ok(places.size >= 1)
  await page.getByText('Show as table').click()
  const twin = page.getByRole('region', { name: 'Time to answer, as a table' })
  await twin.getByText('suspect → offline · 4 probes in a row failed').waitFor()
  await twin.getByText('online → suspect · connection refused').waitFor()
})

test('each bar of the last checks tells under the pointer when it was, and how it went', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers/warsaw-1`)
  const bars = page.locator('main svg.checks').first()
  await bars.waitFor()
  const box = await bars.boundingBox()
  assert.ok(box)
  const told = async (bar: number) => {
    await page.mouse.move(box.x + (box.width * (bar + 0.5)) / 50, box.y + box.height / 2)
    return (await bars.locator('title').textContent()) ?? ''
  }
  assert.match(await told(49), /^\d\d:\d\d:\d\d: failed, connection refused$/)
  assert.match(await told(3), /^(\d+ \w+ )?\d\d:\d\d(:\d\d)?: answered after [\d.]+ ms$/)
  await page.mouse.move(2, 2)
  await page.waitForFunction(() =>
    /of the last 50 checks/.test(document.querySelector('main svg.checks title')?.textContent ?? '')
  )
})
