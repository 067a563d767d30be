import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCopies } from '../../src/security/copies.ts'

/** At these seconds these processes are heard; `!` where the process must be taken for a copy. */
const STORIES: [name: string, heard: string][] = [
  ['one process is no copy of itself', '0a 30a 60a 3600a'],
  ['a restart is no copy', '0a 30a 32b 62b 92b'],
  ['a request that was under way during a restart makes no copy', '0a 30a 31b 35a 62b 92b'],
  ['a node that crashes again and again is no copy', '0a 30b 60c 90d 120e'],
  ['the one that came later is the copy, the first one never', '0a 20b 40a 41b! 70a 71b!'],
  ['a copy that was started with its model is found at its second sign', '0a 1b 30a 31b!'],
  ['two copies of one node are both found', '0a 5b 6c 30a 31b! 32c!'],
  ['when the first has ended the other is the node', '0a 20b 40a 41b! 70b! 100b! 130b! 161b 191b'],
  ['a node that comes back after a day is no copy of the one that replaced it', '0a 100000b 200000c']
]

for (const [name, heard] of STORIES)
  test(name, () => {
    let time = 0
    const copies = createCopies({ now: () => time })
    for (const sign of heard.split(' ')) {
      const [, seconds, boot = '', copy] = /^(\d+)(\w)(!?)$/.exec(sign) ?? []
      time = Number(seconds) * 1_000
      assert.equal(copies.isCopy('peer', boot), copy === '!', sign)
    }
  })

test('the processes of one sender say nothing about another', () => {
  let time = 0
  const copies = createCopies({ now: () => time })
  copies.isCopy('one', 'a')
  time = 20_000
  copies.isCopy('two', 'b')
  time = 40_000
  assert.equal(copies.isCopy('one', 'a'), false)
  assert.equal(copies.isCopy('two', 'b'), false)
})
