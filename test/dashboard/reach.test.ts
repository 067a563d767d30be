import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('a peer that dials this server is told from those that are dialled', async (t) => {
  const { page, fake } = await scene(t)
  await page.goto(`${fake.url}/servers`)
  await page
    .getByRole('row', { name: /home-nas/ })
    .getByText('dials us')
    .waitFor({ state: 'attached' })
  await page.goto(`${fake.url}/servers/home-nas`)
  await page.getByText('cannot be dialled from here').waitFor()
})
