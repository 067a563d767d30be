import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { proxyWorld } from '../http/proxy/world.ts'
import { openBrowser } from './browser.ts'

const SCRIPT = `localStorage.setItem('owned', 'yes'); fetch('/canary')`
const PAGE = `<!doctype html><title>evil</title><script>${SCRIPT}</script><img src=x onerror="${SCRIPT}">
<iframe srcdoc="<script>${SCRIPT}</script>"></iframe><meta http-equiv=refresh content="0; url=javascript:${SCRIPT}">`
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${SCRIPT}"><script>${SCRIPT}</script></svg>`

/** What a peer may say that its page is. */
const DISGUISES: [string, string, string | undefined][] = [
  ['HTML', PAGE, 'text/html'],
  ['HTML that asks to be shown', PAGE, 'text/html; inline'],
  ['HTML without a type', PAGE, undefined],
  ['HTML that calls itself text', PAGE, 'text/plain'],
  ['HTML that calls itself JSON', PAGE, 'application/json'],
  ['HTML of two types', PAGE, 'application/json, text/html'],
  ['XHTML', `<html xmlns="http://www.w3.org/1999/xhtml"><script>${SCRIPT}</script></html>`, 'application/xhtml+xml'],
  ['XML with a style of its own', `<?xml-stylesheet href="x.xsl"?><x/>`, 'text/xml'],
  ['SVG', SVG, 'image/svg+xml'],
  [
    'a multipart page',
    `--x\r\ncontent-type: text/html\r\n\r\n${PAGE}\r\n--x--`,
    'multipart/x-mixed-replace; boundary=x'
  ]
]

test("in a browser no page of a peer's acts on this server, however it is disguised", async (t) => {
  const { origin, page, hits, peer } = await browsing(t)
  for (const [what, body, type] of DISGUISES) {
    await t.test(what, async () => {
      peer.on('/api/page', (_request, response) => {
        if (type !== undefined) response.setHeader('content-type', type)
        response.setHeader('content-disposition', 'inline')
        response.setHeader('content-security-policy', 'script-src * unsafe-inline')
        response.end(body)
      })
      const url = `${origin}/api/cluster/peers/a/proxy/page`
      await visit(page, url)
      // A page of our own that is led to embed it: nothing of it may run there either.
      await page.goto(`${origin}/own`)
      await page.evaluate(async (src) => {
        for (const name of ['iframe', 'object', 'embed', 'script', 'img']) {
          const element = document.createElement(name)
          const done = new Promise((resolve) => {
            element.onload = resolve
            element.onerror = resolve
            setTimeout(resolve, 300)
          })
          element.setAttribute(name === 'object' ? 'data' : 'src', src)
          document.body.append(element)
          await done
        }
      }, url)
      assert.equal(await page.evaluate(() => localStorage.getItem('owned')), null)
      assert.deepEqual(hits, [])
    })
  }
})

test("the same page without the proxy's headers would act: the test above can fail", async (t) => {
  const { origin, page, hits } = await browsing(t)
  await visit(page, `${origin}/unprotected`)
  await page.waitForFunction(() => localStorage.getItem('owned') === 'yes')
  await page.goto(`${origin}/own`)
  assert.ok(hits.length > 0)
})

async function browsing(t: TestContext) {
  const hits: string[] = []
  const world = await proxyWorld(t, {
    prepare(app) {
      const html = (body: string) => ({ type: 'text/html', body })
      for (const [path, { type, body }] of Object.entries({
        '/own': html('<!doctype html><body>our own page</body>'),
        '/unprotected': html(PAGE)
      })) {
        app.get(path, (_request, reply) => reply.header('content-type', type).send(body))
      }
      app.get('/canary', async () => {
        hits.push('canary')
        return 'ok'
      })
    }
  })
  const browser = await openBrowser()
  t.after(() => browser.close())
  const page = await browser.newPage()
  return { ...world, origin: `http://127.0.0.1:${world.port}`, page, hits }
}

/** Goes there, also where it turns out to be a download. */
async function visit(page: Page, url: string) {
  await page
    .goto(url)
    .catch((error: Error) => assert.match(error.message, /Download is starting|ERR_ABORTED|ERR_BLOCKED/))
}
