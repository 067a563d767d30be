import { test } from 'node:test'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import { deployment } from './world.ts'

const scene = useScenes()

/** What this agent says of a deployment that is not as its files have it. */
function oddWorld() {
  const world = sampleWorld()
  const odd = deployment('odd', ['acme/shop:1', 'postgres:18'], {
    status: 'partial',
    status_reason: 'postgres is stopped',
    warnings: [
      'Left over from services that the files no longer have: odd-old-1',
      'The files changed since it was started: it runs with what they said then'
    ]
  })
  Object.assign(odd.services[0] ?? {}, {
    status_reason: 'the file names acme/shop:2',
    replicas: { running: 1, total: 3 },
    ports: ['127.0.0.1:8080:80/tcp']
  })
  world.servers[1]?.deployments.push(odd)
  return { world, server: world.servers[1]?.name ?? '' }
}

test('why a deployment is not as it should be is on the first screen, in the list, and on its page', async (t) => {
  const { world, server } = oddWorld()
  const { page, fake } = await scene(t, { world })
  await page.goto(fake.url)
  await page
    .getByRole('link', { name: 'odd' })
    .filter({ hasText: `on ${server} · postgres is stopped` })
    .waitFor()

  await page.goto(`${fake.url}/deployments?q=odd`)
  const row = page.getByRole('row').filter({ hasText: 'odd' })
  await row.getByText('postgres is stopped').waitFor()
  await row.getByText('2 warnings').waitFor()
  await row.getByText('8080', { exact: true }).waitFor()

  await row.getByRole('link', { name: 'odd' }).click()
  await page.getByText('postgres is stopped').waitFor()
  await page.getByText('Left over from services that the files no longer have: odd-old-1').waitFor()
  await page.getByText('The files changed since it was started').waitFor()
  const service = page.getByRole('row').filter({ hasText: 'acme/shop:1' })
  await service.getByText('the file names acme/shop:2').waitFor()
  await service.getByText('1 of 3').waitFor()
})
