import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser, openTab } from './browser.ts'

const WHOLE = fileURLToPath(import.meta.resolve('@fontsource-variable/geist/files/geist-latin-wght-normal.woff2'))
const OURS = new URL('../../src/dashboard/fonts/geist.woff2', import.meta.url)
const WEIGHTS = [400, 450, 500, 550, 600]
const FIGURES = ['1111', '0000', '8888']
const LETTERS = Array.from({ length: 0xe0 }, (_, index) => String.fromCodePoint(0x20 + index))
const TEXTS = [...LETTERS, ...'–—…’“”↑↓−€', 'To AVa Łé fi ffl', ...FIGURES]

test("the page's font draws as the whole Geist does: every letter, every weight of the page, figures of one width", async (t) => {
  const browser = await openBrowser()
  t.after(() => browser.close())
  const { page } = await openTab(browser)
  const fonts = { Whole: read(WHOLE), Ours: read(OURS) }
  const drawn = await page.evaluate(measure, { fonts, weights: WEIGHTS, texts: TEXTS })
  const widthOf = ({ family, weight, text }: Omit<Drawn, 'width'>) =>
    drawn.find((one) => one.family === family && one.weight === weight && one.text === text)?.width ?? Number.NaN

  // Between two weights the width of a letter is rounded to a thousandth of its height.
  const differ = drawn.filter(
    (one) => !(Math.abs(one.width - widthOf({ ...one, family: 'Whole' })) <= 0.25 * one.text.length)
  )
  assert.deepEqual(differ, [])
  for (const weight of WEIGHTS) {
    assert.equal(new Set(FIGURES.map((text) => widthOf({ family: 'Ours', weight, text }))).size, 1)
  }
  assert.ok(widthOf({ family: 'Ours', weight: 600, text: 'W' }) > widthOf({ family: 'Ours', weight: 400, text: 'W' }))
})

const read = (file: string | URL) => readFileSync(file).toString('base64')

interface Drawn {
  family: string
  weight: number
  text: string
  width: number
}

/** Runs in the page: how wide each text is in each font and weight, 100 pixels high. */
async function measure(asked: { fonts: Record<string, string>; weights: number[]; texts: string[] }): Promise<Drawn[]> {
  for (const [name, base64] of Object.entries(asked.fonts)) {
    const face = new FontFace(name, `url(data:font/woff2;base64,${base64})`, { weight: '400 600' })
    document.fonts.add(await face.load())
  }
  const line = document.body.appendChild(document.createElement('span'))
  line.style.cssText = 'position: absolute; font-size: 100px; white-space: pre; font-variant-numeric: tabular-nums'
  return Object.keys(asked.fonts).flatMap((family) =>
    asked.weights.flatMap((weight) =>
      asked.texts.map((text) => {
        line.style.fontFamily = `${family}, cursive`
        line.style.fontWeight = String(weight)
        line.textContent = text
        return { family, weight, text, width: line.getBoundingClientRect().width }
      })
    )
  )
}
