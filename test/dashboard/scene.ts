import { after, before, type TestContext } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser, openTab } from './browser.ts'
import { ensureBuilt } from './built.ts'
import { type FakeNode, startFake } from './fake-api.ts'
import { sampleWorld } from './sample.ts'
import type { World } from './world.ts'

export interface Scene {
  fake: FakeNode
  page: Page
  complaints: string[]
}

/** One browser for the tests of a file, and for each test an invented node with a page of its own. */
export function useScenes() {
  let browser: Browser
  before(async () => {
    ensureBuilt()
    browser = await openBrowser()
  })
  after(() => browser.close())

  return async (
    t: TestContext,
    {
      world = sampleWorld(),
      signedIn = true,
      ...options
    }: BrowserContextOptions & { world?: World; signedIn?: boolean } = {}
  ): Promise<Scene> => {
    const fake = await startFake(world)
    const { page, complaints } = await openTab(browser, options)
    if (signedIn) await page.addInitScript(() => sessionStorage.setItem('flatrun-cluster.token', 'fake-token'))
    t.after(async () => {
      await page.context().close()
      await fake.close()
    })
    return { fake, page, complaints }
  }
}
