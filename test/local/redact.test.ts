import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRedact, redactError } from '../../src/local/operations/redact.ts'

type Row = [what: string, env: string, said: string, shown: string]

const TABLE: Row[] = [
  ['a value before a comment', 'PW=hunter2hunter2 # note\n', 'x hunter2hunter2 y', 'x ••• y'],
  ['a dollar sign', 'PW=hunter$$two\n', 'hunter$two and hunter$$two', '••• and •••'],
  ['a quoted value', `PW='hunter two' # x\n`, "hunter two, 'hunter two'", '•••, •••'],
  ['an escaped value', 'PW="hunter\\"two"\n', 'hunter"two hunter\\"two', '••• •••'],
  ['a value made of another one', `PW=hunter22\nURL=pg://u:\${PW}@h\n`, 'pg://u:hunter22@h hunter22', '••• •••'],
  ['a value in an address', 'PW=hunter/2&2\n', 'x?pw=hunter%2F2%262', 'x?pw=•••'],
  ['a value in base64', 'TOKEN=hunter22hunter22\n', 'aHVudGVyMjJodW50ZXIyMg==', '•••'],
  ['several lines', 'CERT="begin 1\nhunter22\nend"\n', 'begin 1\nhunter22', '•••\n•••'],
  ['the YAML way', 'PW: hunter22\n', 'hunter22', '•••'],
  ['a file that compose cannot read', 'A b c\nhunter22 x=1\n', 'bad "hunter22 x=1"', 'bad "•••"'],
  ['a name that says nothing', 'ADMIN=hunter2hunter2\n', 'hunter2hunter2', '•••'],
  [
    'what is no secret',
    'COLOR=blue\nTAG=1.27\nPORT=8080\nDATA_DIR=/srv/data\nX=true\n',
    'blue 1.27 8080 /srv/data true',
    'blue 1.27 8080 /srv/data true'
  ]
]

for (const [what, env, said, shown] of TABLE) {
  test(`hidden: ${what}`, () => assert.equal(createRedact([env])(said), shown))
}

test('an error and its causes are hidden too, with their stacks', () => {
  const error = new Error('outer hunter22', { cause: new Error('inner hunter22') })
  redactError(error, createRedact(['PW=hunter22\n']))
  const inner = error.cause instanceof Error ? error.cause.message : ''
  assert.deepEqual([error.message, inner], ['outer •••', 'inner •••'])
  assert.ok(!error.stack?.includes('hunter22'))
})
