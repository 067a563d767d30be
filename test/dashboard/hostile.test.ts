import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import { deployment, type Server } from './world.ts'

const scene = useScenes()

const EVIL = [
  '<img src=x onerror="window.owned=1">',
  '<script>window.owned=1</script>',
  '"><svg onload=window.owned=1>',
  'javascript:window.owned=1',
  '{{constructor.constructor("window.owned=1")()}}',
  '\u202egnp.exe',
  `${'very-'.repeat(400)}long`,
  '../../../etc/passwd',
  '__proto__',
  'a\u0000b\u001b[31mred'
]

test('names and texts of a hostile peer are shown as they are, and do nothing', async (t) => {
  const world = sampleWorld()
  const evil = EVIL.map(
    (name, index): Server => ({
      name: index < 3 ? `evil-${index}` : `evil-${index}-node`,
      verdict: index % 2 === 0 ? 'online' : 'offline',
      error: name,
      version: name,
      deployments: [deployment(name, [`${name}:latest`], { status_reason: name, error: name, warnings: [name] })]
    })
  )
  world.servers.push(...evil)
  world.events.push(
    ...EVIL.map((reason, index) => ({
      id: 100 + index,
      at: new Date().toISOString(),
      type: 'peer.state' as const,
      peer: reason,
      from: reason,
      to: reason,
      reason
    }))
  )
  const { page, fake, complaints } = await scene(t, { world })
  const paths = [
    '/',
    '/servers',
    '/servers/evil-1',
    '/servers/evil-4-node/deployments',
    '/deployments',
    '/events',
    '/servers?view=usage',
    '/diagnostics'
  ]
  const inside = EVIL.filter((name) => !name.includes('\u0000')).map(
    (name) => `/deployments/${name.startsWith('../') ? 'evil-7-node' : 'evil-0'}/${encodeURIComponent(name)}`
  )
  for (const path of [...paths, ...inside.slice(0, 4)]) {
    await page.goto(fake.url + path)
    await page.locator('main h1, main h2').first().waitFor()
    const seen = await page.evaluate(() => ({
      owned: Reflect.get(window, 'owned'),
      strange: document.querySelectorAll(
        'main img, main script, main iframe, main [onload], main [onerror], main a[href^="javascript"]'
      ).length,
      wide: document.documentElement.scrollWidth - innerWidth,
      polluted: Reflect.get({}, 'name')
    }))
    assert.deepEqual(seen, { owned: undefined, strange: 0, wide: 0, polluted: undefined }, path)
  }
  await page.goto(`${fake.url}/deployments?q=onerror`)
  await page.getByRole('link', { name: EVIL[0] ?? '', exact: true }).waitFor()
  assert.deepEqual(complaints, [])
})

test('answers of another shape than promised leave the page standing', async (t) => {
  const { page, fake, complaints } = await scene(t)
  const nonsense: unknown[] = [
    null,
    7,
    'text',
    { deployments: 'none' },
    [null, 7, { name: 5 }, { name: 'kept', services: 'x', status: {} }],
    { items: [{}] }
  ]
  for (const [index, server] of fake.world.servers.entries()) Reflect.set(server, 'deployments', nonsense[index] ?? [])
  await page.goto(`${fake.url}/deployments`)
  await page.getByRole('link', { name: 'kept' }).waitFor()
  await page.goto(`${fake.url}/`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.deepEqual(complaints, [])
})

test('what cannot be drawn takes only its own part of the page with it', async (t) => {
  const { page, fake } = await scene(t)
  Reflect.set(fake.world.events[0] ?? {}, 'type', 'peer.state')
  Reflect.set(fake.world.events[0] ?? {}, 'from', { toString: 'no text' })
  Reflect.set(fake.world.events[0] ?? {}, 'peer', 'frankfurt-2')
  await page.goto(`${fake.url}/events`)
  await page.getByText('This part of the page could not be drawn').waitFor()
  await page.getByRole('link', { name: 'Servers' }).click()
  await page.getByRole('link', { name: 'warsaw-1' }).waitFor()
})
