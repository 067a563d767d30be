import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectName } from '../../../src/local/compose/project.ts'
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

test('project names are made as compose makes them', () => {
  assert.equal(projectName('My.Shop 2'), 'myshop2')
  assert.equal(projectName('_-web_1'), 'web_1')
})
