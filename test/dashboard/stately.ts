import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { build } from 'esbuild'
import type { Frame, Page } from 'playwright-core'

/** What the inspector's page was told. */
// biome-ignore lint/suspicious/noExplicitAny: messages of every kind, looked into by tests
export type Told = any

const SCRIPT = `
import { createBrowserReceiver } from '@statelyai/inspect'
window.told = []
window.all = []
addEventListener('message', ({ data, origin }) => window.all.push({ data, origin }))
createBrowserReceiver().subscribe((message) => window.told.push(message))
`

/** The inspector's page, on an origin of its own: it listens with the receiver of the inspector's own package. */
export async function startStately(t: TestContext): Promise<{ url: string }> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent'
  })
  const script = outputFiles[0]?.text ?? ''
  const server = http.createServer((request, response) => {
    if (request.url === '/script.js') response.setHeader('content-type', 'text/javascript').end(script)
    else response.setHeader('content-type', 'text/html').end('<title>stately</title><script src="/script.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/inspect` }
}

/** Gives what arrived in the frame of a page by now; what it gave before it does not ask for again. */
export function listenIn(page: Page, stately: { url: string }): () => Promise<Told[]> {
  let known: Told[] = []
  return async () => {
    const frame = frameOf(page, stately)
    if (!frame) return known
    const { total, fresh }: { total: number; fresh: Told[] } = await frame.evaluate(
      `({ total: window.told?.length ?? 0, fresh: window.told?.slice(${known.length}) ?? [] })`
    )
    // Another page is in the frame by now.
    known = total < known.length ? [] : [...known, ...fresh]
    return known
  }
}

/** Everything that was posted to the frame, whether the receiver took it or not, and from where. */
export async function postedIn(page: Page, stately: { url: string }): Promise<{ data: Told; origin: string }[]> {
  return (await frameOf(page, stately)?.evaluate('window.all')) ?? []
}

const frameOf = (page: Page, { url }: { url: string }): Frame | undefined =>
  page.frames().find((frame) => frame.url() === url)
