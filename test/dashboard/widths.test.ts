import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutFaults } from './layout.ts'
import { sampleWorld } from './sample.ts'
import { useScenes } from './scene.ts'
import { SCREENS } from './screen-list.ts'

const scene = useScenes()

/** Names as operators give them, and every tag that can stand behind one. */
function longNames() {
  const world = sampleWorld()
  for (const server of world.servers) {
    if (server.name === 'nuremberg-1') Object.assign(server, { flapping: true })
    if (server.name === 'helsinki-1') server.name = 'helsinki-backup-and-registry-1.example.net'
    for (const deployment of server.deployments)
      if (deployment.name === 'shop') deployment.warnings = ['its .env is missing', 'its port is published twice']
  }
  return world
}

test('no width from 320 to 1600 px hides a name, puts one text over another, or scrolls sideways', async (t) => {
  const { page, fake } = await scene(t, { world: longNames(), reducedMotion: 'reduce' })
  const faults: string[] = []
  for (const [path, shows] of SCREENS) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(fake.url + path)
    await page.getByText(shows).filter({ visible: true }).first().waitFor()
    for (let width = 320; width <= 1600; width += 20) {
      await page.setViewportSize({ width, height: 900 })
      for (const fault of await layoutFaults(page)) faults.push(`${path} at ${width}: ${fault}`)
    }
  }
  assert.equal(faults.join('\n'), '')
})
