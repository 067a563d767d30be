import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cellPaths } from '../../src/dashboard/diagnostics/reachability/cells.ts'
import { faultsIn, named, sentencesOf } from '../../src/dashboard/diagnostics/reachability/links.ts'
import { reachability } from './fake-reachability.ts'
import { layoutFaults } from './layout.ts'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import type { World } from './world.ts'

const scene = useScenes()

/** Five servers; node-2 does not reach node-3, which reaches it; node-5 is dead. */
function five(): World {
  const server = (number: number) => ({
    ...{ name: `node-${number}`, latencyMs: number * 3, deployments: [] },
    verdict: number === 5 ? ('offline' as const) : ('online' as const)
  })
  return {
    ...sampleWorld(),
    self: 'node-1',
    servers: [1, 2, 3, 4, 5].map(server),
    cut: [['node-2', 'node-3']]
  }
}

function hundred(): World {
  const name = (number: number) => `node-${String(number).padStart(3, '0')}`
  return {
    ...sampleWorld(),
    self: name(1),
    servers: Array.from({ length: 100 }, (_, at) => ({
      ...{ name: name(at + 1), latencyMs: 4, deployments: [] },
      verdict: at === 60 ? ('offline' as const) : ('online' as const)
    })),
    cut: Array.from({ length: 20 }, (_, at) => [name(30), name(70 + at)] as const)
  }
}

test('islands, links that work one way and silence are told in words', () => {
  const map = reachability(five())
  assert.deepEqual(sentencesOf(map), ['Nobody reaches node-5.', 'node-2 does not reach node-3, which reaches node-2.'])
  const split = reachability(five())
  for (const from of ['node-1', 'node-2'])
    for (const to of ['node-3', 'node-4']) {
      Object.assign(split.rows[from]?.sees[to] ?? {}, { state: 'offline' })
      Object.assign(split.rows[to]?.sees[from] ?? {}, { state: 'offline' })
    }
  const apart = { ...split, islands: [['node-1', 'node-2'], ['node-3', 'node-4'], ['node-5']], asymmetric: [] }
  assert.deepEqual(sentencesOf(apart), [
    'Nobody reaches node-5.',
    'node-3 and node-4 reach each other and nobody else.'
  ])
  const silent = {
    ...map,
    islands: [map.nodes],
    rows: { ...map.rows, 'node-5': { answered: false, error: 'it is old', sees: {} } }
  }
  assert.ok(sentencesOf(silent).includes('node-5 told nothing: it is old.'))
  assert.equal(named(['a', 'b', 'c', 'd', 'e', 'f', 'g']), 'a, b, c, d and 3 more')
  assert.equal(named(['a', 'b', 'c', 'd', 'e']), 'a, b, c, d and e')
})

test('a link that works one way stands before a server that is dead', () => {
  const [first, ...rest] = faultsIn(reachability(five()))
  assert.deepEqual([first?.from, first?.to, first?.oneWay], ['node-2', 'node-3', true])
  assert.deepEqual(new Set(rest.map(({ to }) => to)), new Set(['node-5']))
})

test('in the picture of a hundred a dead server is a column, and each kind of cell has a height of its own', () => {
  const { bad, odd, good } = cellPaths(reachability(hundred()))
  assert.equal(bad.match(/M60 /g)?.length, 99)
  assert.equal(odd.match(/M69 29\.00h20v1h/g)?.length, 1)
  assert.match(good, /v0\.3h/)
})

test('five servers are a table of figures, also on a phone, and what is wrong is said above it', async (t) => {
  for (const width of [360, 1440]) {
    const { page, fake, complaints } = await scene(t, { world: five(), viewport: { width, height: 800 } })
    await page.goto(`${fake.url}/diagnostics`)
    await page.getByRole('link', { name: 'Reachability' }).click()
    await page.getByText('node-2 does not reach node-3, which reaches node-2.').waitFor()
    await page.getByText('Nobody reaches node-5.').waitFor()
    const row = page.locator('.matrix tbody tr').nth(1)
    assert.deepEqual(await row.locator('td').allTextContents(), ['3', '·', 'offline', '12', 'offline'])
    assert.equal(await row.locator('td').nth(2).getAttribute('class'), 'cell-odd')
    assert.deepEqual(await layoutFaults(page), [])
    assert.deepEqual(complaints, [])
  }
})

test('a hundred servers are a picture that fits a phone, tells what is pointed at, and has a table for its twin', async (t) => {
  for (const width of [360, 1440]) {
    const { page, fake } = await scene(t, { world: hundred(), viewport: { width, height: 800 } })
    await page.goto(`${fake.url}/diagnostics/reachability`)
    const picture = page.getByRole('img', { name: 'Who sees whom among 100 servers' })
    await picture.waitFor()
    const box = await picture.boundingBox()
    assert.ok(box && box.width <= width && Math.abs(box.width - box.height) < 2)
    await picture.click({ position: { x: (box.width * 69.5) / 100, y: (box.height * 29.5) / 100 } })
    await page.getByText('node-030 → node-070: offline, though the other way works').waitFor()
    await page.getByText('node-030 does not reach node-070, node-071, node-072, node-073 and 16 more').waitFor()
    const first = page.locator('table.windowed tbody tr.item').first()
    assert.match((await first.textContent()) ?? '', /node-061.*0 of 99/)
    assert.ok((await page.locator('tr').count()) <= 160)
    assert.deepEqual(await layoutFaults(page), [])
  }
})

test('where all is well one sentence says so', async (t) => {
  const world = five()
  delete world.cut
  for (const server of world.servers) server.verdict = 'online'
  const { page, fake } = await scene(t, { world })
  await page.goto(`${fake.url}/diagnostics/reachability`)
  await page.getByText('Everybody reaches whom they know.').waitFor()
  assert.equal(await page.getByText('Links that are not well').count(), 0)
})
