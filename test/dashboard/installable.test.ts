import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useScenes } from './scene.ts'

const scene = useScenes()

test('the page is installable as an app, from wherever it is open', async (t) => {
  const { page, fake } = await scene(t)
  for (const place of ['/', '/servers/helsinki-1/usage']) {
    await page.goto(fake.url + place)
    const client = await page.context().newCDPSession(page)
    const { url, errors, data } = await client.send('Page.getAppManifest')
    assert.deepEqual([url, errors], [`${fake.url}/manifest.webmanifest`, []])
    const manifest = JSON.parse(data ?? '')
    assert.deepEqual([manifest.display, manifest.name.length > 0], ['standalone', true])
    assert.equal(new URL(manifest.start_url, url).href, `${fake.url}/`)
    assert.equal(new URL(manifest.scope, url).href, `${fake.url}/`)
    const { installabilityErrors } = await client.send('Page.getInstallabilityErrors')
    // A profile of a test is a private one, which keeps no apps.
    assert.deepEqual(
      installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'),
      []
    )
    for (const { src, type } of manifest.icons) {
      const icon = await page.request.get(new URL(src, url).href)
      assert.deepEqual([icon.status(), icon.headers()['content-type']], [200, type])
    }
  }
  const served = await page.request.get(`${fake.url}/manifest.webmanifest`)
  assert.match(served.headers()['content-type'] ?? '', /^application\/manifest\+json/)
})
