import { openBrowser } from '../../dashboard/browser.ts'
import type { Client } from '../tour.ts'
import { typeOf } from './program.ts'

/** `fetch` in a page of another origin. Its WebSocket is left out: a page cannot say who asks with it. */
export const openAt = (origin: string) => async (): Promise<Client> => {
  const browser = await openBrowser()
  const page = await browser.newPage()
  await page.goto(origin)
  const enoughs: ((text: string) => boolean)[] = []
  await page.exposeFunction('isEnough', (at: number, text: string) => enoughs[at]?.(text) ?? true)

  return {
    async send({ body, ...ask }) {
      const { status, type, text } = await page.evaluate(
        async ({ method, url, headers, sent }) => {
          const bytes = sent === undefined ? undefined : Uint8Array.from(atob(sent), (char) => char.charCodeAt(0))
          const answer = await fetch(url, { method, headers, ...(bytes && { body: bytes }) })
          const got = new Uint8Array(await answer.arrayBuffer())
          const text = Array.from(got, (byte) => String.fromCharCode(byte)).join('')
          return { status: answer.status, type: answer.headers.get('content-type'), text }
        },
        { ...ask, sent: body?.toString('base64') }
      )
      return { status, type: typeOf(type), body: Buffer.from(text, 'latin1') }
    },
    async follow({ url, headers }, enough) {
      const at = enoughs.push(enough) - 1
      await page.evaluate(
        async ({ url, headers, at }) => {
          const leaving = new AbortController()
          const answer = await fetch(url, { headers, signal: leaving.signal })
          const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
          for (let text = ''; ; ) {
            const part = await reader?.read()
            if (!part || part.done) throw new Error('it ended before that')
            text += part.value
            if (await Reflect.get(window, 'isEnough')(at, text)) return leaving.abort()
          }
        },
        { url, headers, at }
      )
    },
    close: () => browser.close()
  }
}
