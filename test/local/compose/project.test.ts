import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { loadProject, projectName } from '../../../src/local/compose/project.ts'
import { createFolders } from '../../../src/local/disk/folders.ts'
import { folder } from '../folder.ts'
import { summaryOf } from './projects.ts'
import { TABLE } from './table.ts'

for (const { what, files, name = 'shop', services, fault, unjudged = [] } of TABLE) {
  test(`a project with ${what} ${fault ? 'is a fault' : 'is what compose makes of it'}`, async () => {
    if (fault) return assert.rejects(summaryOf(files), { message: fault })
    assert.deepEqual(await summaryOf(files), services && { name, services, unjudged })
  })
}

test('a fault never quotes the file', async () => {
  const text = 'services:\n  db:\n    environment:\n      PASSWORD: hunter2 "oops\n     x: [hunter3\n'
  await assert.rejects(summaryOf({ 'compose.yaml': text }), ({ message }: Error) => !/hunter/.test(message))
})

test('10,000 brackets and a bomb of aliases are faults, soon', async () => {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f']
  const line = (name: string, index: number) =>
    `x-${name}: &${name} [${Array(9)
      .fill(index === 0 ? 'x' : `*${levels[index - 1]}`)
      .join(',')}]`
  const bomb = `${levels.map(line).join('\n')}\nservices: { web: { image: a, command: *f } }\n`
  await assert.rejects(summaryOf({ 'compose.yaml': bomb }), { name: 'Fault' })
  await assert.rejects(summaryOf({ 'compose.yaml': `services: ${'['.repeat(10_000)}` }), { name: 'Fault' })
})

test('a file that many services extend is gone through once', async () => {
  const count = 400
  const lines = (line: (at: number) => string) => Array.from({ length: count }, (_, at) => `  ${line(at)}\n`).join('')
  const files: Record<string, string> = {
    'compose.yaml': `services:\n${lines((at) => `s${at}: { extends: { file: base.yml, service: s${at} } }`)}`,
    'base.yml': `services:\n${lines((at) => `s${at}: { image: a${at} }`)}`
  }
  const again: number[] = []
  const project = await loadProject({
    ...{ root: '/shop', folder: 'shop', names: new Set(Object.keys(files)), environment: () => undefined },
    read: async (file) => files[path.basename(file)],
    again: (size) => again.push(size)
  })
  assert.equal(project?.services.at(-1)?.image, `a${count - 1}`)
  assert.deepEqual(again, [])
})

test('includes that double at each step are a fault, and count as what they are gone through', async (t) => {
  const steps = Array.from({ length: 24 }, (_, at) => {
    const next = `../step-${at + 1}/compose.yaml`
    return [`shop/step-${at}/compose.yaml`, `include: [${next}, ${next}]\n# ${'x'.repeat(400)}\n`]
  })
  const files = { ...Object.fromEntries(steps), 'shop/step-24/compose.yaml': 'services: { web: { image: a } }\n' }
  const summary = summaryOf(
    Object.fromEntries([
      ...Object.entries(files).map(([name, text]) => [name.slice('shop/'.length), text]),
      ['compose.yaml', 'include: [step-0/compose.yaml]\n']
    ])
  )
  await assert.rejects(summary, /included too often/)

  const root = await folder(t, { ...files, 'shop/compose.yaml': 'include: [step-0/compose.yaml]\n' })
  const apart: string[] = []
  await createFolders({
    root,
    readLarge: async (...[, , name]) => {
      apart.push(name)
      return undefined
    }
  })()
  assert.deepEqual(apart, ['shop'])
})

test('project names are made as compose makes them', () => {
  assert.equal(projectName('My.Shop 2'), 'myshop2')
  assert.equal(projectName('_-web_1'), 'web_1')
})
