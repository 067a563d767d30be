import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRedact, redactError } from '../../src/local/operations/redact.ts'

type Row = [what: string, env: string, said: string, shown: string]

const TABLE: Row[] = [
  ['a value before a comment', 'PW=hunter2hunter2 # note\n', 'x hunter2hunter2 y', 'x ••• y'],
  ['a dollar sign that compose doubles', `PW='hunter$two'\n`, 'hunter$$two', '•••'],
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

const LITERAL: [what: string, file: string, said: string, shown: string][] = [
  ['a variable', 'services: { db: { environment: { PASSWORD: hunter2 } } }', 'bad hunter2', 'bad •••'],
  ['a variable of a list', 'services: { db: { environment: ["DB_PASS=hunter2"] } }', 'DB_PASS=hunter2', 'DB_PASS=•••'],
  ['a number', 'services: { db: { environment: { PIN_CODE: 48151623 } } }', '48151623', '•••'],
  ['a default', `services: { db: { environment: { PASSWORD: "\${PW:-hunter2}" } } }`, 'hunter2', '•••'],
  ['dollar signs', 'services: { db: { environment: { PASSWORD: "hun$$ter2" } } }', 'hun$ter2 hun$$ter2', '••• •••'],
  ['an option', 'services: { db: { command: redis --requirepass hunter2 } }', 'redis hunter2', 'redis •••'],
  ['an option of a list', 'services: { db: { command: [x, --password=hunter2] } }', 'x hunter2', 'x •••'],
  ['a script of a list', 'services: { db: { command: [sh, -c, "x --token hunter2 y"] } }', 'hunter2', '•••'],
  ["mysql's option", 'services: { db: { healthcheck: { test: mysqladmin ping -phunter2 } } }', 'hunter2', '•••'],
  ['an address', 'services: { db: { command: x postgres://u:hunter2@db/x } }', 'u:hunter2@db', 'u:•••@db'],
  ['a label', 'services: { db: { labels: { basicauth.users: "admin:$$apr1$$x" } } }', 'admin:$apr1$x', '•••'],
  ['a label of a list', 'services: { db: { labels: ["api.token=hunter2"] } }', 'hunter2', '•••'],
  [
    'an argument of a build',
    'services: { db: { build: { context: ., args: { NPM_TOKEN: hunter2 } } } }',
    'hunter2',
    '•••'
  ],
  [
    'what an anchor stands for',
    'x-e: &e { PASSWORD: hunter2 }\nservices: { db: { environment: *e } }',
    'hunter2',
    '•••'
  ],
  ['an option of logging', 'services: { db: { logging: { options: { splunk-token: hunter2 } } } }', 'hunter2', '•••'],
  [
    'several lines',
    'services: { db: { environment: { KEY: "begin 1\\nhunter22\\nend" } } }',
    'begin 1\nhunter22',
    '•••\n•••'
  ],
  ['a file that is not YAML', 'services: [\n  PASSWORD: hunter2\n', 'hunter2', '•••'],
  ['a file that is large', `# ${'x'.repeat(70_000)}\nservices:\n  - PASSWORD=hunter2\n`, 'hunter2', '•••'],
  [
    'nothing that is no secret',
    'services: { shop: { image: "x:1", secrets: [dbkey], environment: { TITLE: shop, KEY_FILE: /run/key, AUTH: true } } }',
    'shop x:1 dbkey /run/key true',
    'shop x:1 dbkey /run/key true'
  ]
]

for (const [what, file, said, shown] of LITERAL) {
  test(`hidden of a compose file: ${what}`, () => assert.equal(createRedact([], [file])(said), shown))
}

test('an error and its causes are hidden too, with their stacks', () => {
  const error = new Error('outer hunter22', { cause: new Error('inner hunter22') })
  redactError(error, createRedact(['PW=hunter22\n']))
  const inner = error.cause instanceof Error ? error.cause.message : ''
  assert.deepEqual([error.message, inner], ['outer •••', 'inner •••'])
  assert.ok(!error.stack?.includes('hunter22'))
})
