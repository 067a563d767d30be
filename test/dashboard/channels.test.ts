import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { fieldsOf, kindWord } from '../../src/dashboard/alerts/kinds.ts'
import { TARGETS } from '../../src/schemas/alerts/alert-target.ts'
import { everyKind, SECRET } from '../alerts/every-kind.ts'
import { OPERATOR_KEY, startNode } from '../daemon.ts'
import { openBrowser, openTab } from './browser.ts'
import { ensureBuilt } from './built.ts'

let browser: Browser
before(async () => {
  ensureBuilt()
  browser = await openBrowser()
})
after(() => browser.close())

test('the page asks for all that a target may have, and for nothing that it has not', () => {
  for (const [type, { properties, required }] of Object.entries(TARGETS)) {
    const fields = fieldsOf(type)
    const names = Object.keys(properties).filter((name) => name !== 'type' && name !== 'name')
    assert.deepEqual(fields.map(({ name }) => name).toSorted(), names.toSorted(), type)
    for (const { name, optional } of fields)
      assert.equal(optional !== true, (required as readonly string[]).includes(name), `${type} ${name}`)
  }
})

test('a target of every kind is made on the page of a real agent, takes its test message, and is removed', async (t) => {
  const { kinds, took } = await everyKind(t)
  const node = await startNode(t, { name: 'web-1' })
  const { page, complaints } = await openTab(browser)
  t.after(() => page.context().close())
  await page.goto(`${node.url}/settings/alerts`)
  await page.getByLabel('Operator key').fill(OPERATOR_KEY)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor()

  for (const [type, values] of kinds) {
    await page.getByRole('button', { name: 'Add a target' }).click()
    await page.getByLabel('Kind').selectOption(type)
    await page.getByLabel('Name', { exact: true }).fill(`my ${type}`)
    for (const { name, label, optional } of fieldsOf(type)) {
      const value: unknown = Object.entries(values).find(([key]) => key === name)?.[1]
      const words = optional ? `${label}, if there is one` : label
      await page.getByRole('dialog').getByLabel(words, { exact: true }).fill(String(value))
    }
    await page.getByRole('button', { name: 'Add and try it' }).click()
    await page.getByText(`my ${type} took the test message`).first().waitFor()
    const row = page.getByRole('row', { name: new RegExp(`^my ${type} ${kindWord(type)}`) })
    await row.getByText('ready').waitFor()
    assert.doesNotMatch(await page.content(), new RegExp(SECRET), type)
  }
  assert.deepEqual(took(), kinds.map(([type]) => type).toSorted())

  await page.reload()
  await page.getByRole('row', { name: /^my slack/ }).waitFor()
  assert.doesNotMatch(await page.content(), new RegExp(SECRET))
  await page
    .getByRole('row', { name: /^my slack Slack/ })
    .getByRole('button', { name: 'Remove' })
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('row', { name: /^my slack Slack/ }).waitFor({ state: 'detached' })
  const { body } = await node.call('GET', '/api/alerts')
  assert.deepEqual(
    body.targets.map(({ type }: { type: string }) => type),
    kinds.map(([type]) => type).filter((type) => type !== 'slack')
  )
  assert.deepEqual(complaints, [])
})
