import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeCompose, parseCompose } from '../../../src/local/disk/compose.ts'
import { parseProjectEnv, projectName } from '../../../src/local/disk/project.ts'

const services = (text: string) => parseCompose(text).services

test('anchors and merges are resolved', () => {
  const [web, job] = services(`
x-base: &base
  image: app:1
  networks: [front]
services:
  web:
    <<: *base
    ports: ["80:80"]
  job:
    <<: [*base, { image: other:1 }]
`)
  assert.deepEqual(web, {
    name: 'web',
    image: 'app:1',
    ports: ['80:80'],
    networks: ['front'],
    dependsOn: [],
    needsHealthy: [],
    lasting: false,
    optional: false
  })
  assert.equal(job?.image, 'app:1')
})

test('ports in every notation keep what they say', () => {
  const [web] = services(`
services:
  web:
    ports:
      - 8080
      - 22:22
      - "127.0.0.1:8443:443/tcp"
      - "\${PORT:-80}:80"
      - { target: 53, published: "5353", protocol: udp, host_ip: 127.0.0.1 }
      - { target: 9000 }
      - { published: 1 }
`)
  assert.deepEqual(web?.ports, [
    '8080',
    '22:22',
    '127.0.0.1:8443:443/tcp',
    `\${PORT:-80}:80`,
    '127.0.0.1:5353:53/udp',
    '9000'
  ])
})

test('what must be up before a service is read from all the ways to say it', () => {
  const found = services(`
services:
  a: { depends_on: [db] }
  b: { depends_on: { db: { condition: service_healthy } } }
  c: { links: ["db:database"], volumes_from: ["data:ro", "container:x"] }
  d: { network_mode: "service:vpn", depends_on: [d, vpn] }
`)
  assert.deepEqual(
    found.map(({ dependsOn }) => dependsOn),
    [['db'], ['db'], ['db', 'data'], ['vpn']]
  )
  assert.deepEqual(
    found.map(({ needsHealthy }) => needsHealthy),
    [[], ['db'], [], []]
  )
})

test('a service behind a profile or scaled to zero may be absent', () => {
  const found = services(`
services:
  a: { profiles: [debug] }
  b: { deploy: { replicas: 0 } }
  c: { scale: 2, restart: unless-stopped }
  d:
`)
  assert.deepEqual(
    found.map(({ optional }) => optional),
    [true, true, false, false]
  )
  assert.deepEqual(
    found.map(({ lasting }) => lasting),
    [false, false, true, false]
  )
})

test('tags of compose, several documents, a byte order mark and Windows line ends are read', () => {
  const compose = parseCompose(
    '\uFEFFname: shop\r\nservices:\r\n  web:\r\n    image: a\r\n    ports: !reset []\r\n---\r\nservices:\r\n  web: { image: b }\r\n'
  )
  assert.equal(compose.name, 'shop')
  assert.deepEqual(compose.services, [
    {
      name: 'web',
      image: 'b',
      ports: [],
      networks: [],
      dependsOn: [],
      needsHealthy: [],
      lasting: false,
      optional: false
    }
  ])
})

test('a service with the name of an object property is a service', () => {
  assert.deepEqual(
    services('services:\n  __proto__: { image: a }\n  constructor: { image: b }').map(({ name, image }) => [
      name,
      image
    ]),
    [
      ['__proto__', 'a'],
      ['constructor', 'b']
    ]
  )
})

test('an override adds to the lists and wins over the image', () => {
  const base = parseCompose('services: { web: { image: a, ports: [80] }, db: { image: pg } }')
  const over = parseCompose('services: { web: { image: b, ports: [81] }, mail: { image: m } }')
  const merged = mergeCompose(base, over).services

  assert.deepEqual(
    merged.map(({ name, image, ports }) => [name, image, ports]),
    [
      ['web', 'b', ['80', '81']],
      ['db', 'pg', []],
      ['mail', 'm', []]
    ]
  )
})

for (const [what, text, fault] of [
  ['nothing', '', /^is empty$/],
  ['only a comment', '# later\n', /^is empty$/],
  ['a tab', 'services:\n\tweb: {}\n', /^is not valid YAML at line 2, column 1 \(tab as indent\)$/],
  ['a key twice', 'services:\n  web: {}\n  web: {}\n', /^is not valid YAML at line 3, column 3 \(duplicate key\)$/],
  ['no services', 'version: "3"\n', /^has no "services"$/],
  ['services as a list', 'services: [web]\n', /^has "services" that are not a mapping$/],
  ['a list', '- a\n', /^is not a mapping at its top level$/],
  ['an unknown alias', 'services:\n  web: *nobody\n', /^is not valid YAML|cannot be resolved$/],
  ['10,000 brackets', `services: ${'['.repeat(10_000)}`, /^is not valid YAML/],
  ['a bomb of aliases', bomb(), /^has an alias that cannot be resolved$/]
] as const) {
  test(`a file with ${what} has a fault that says so`, () => {
    assert.throws(() => parseCompose(text), { name: 'Fault', message: fault })
  })
}

test('a fault never quotes the file', () => {
  assert.throws(
    () => parseCompose('services:\n  db:\n    environment:\n      PASSWORD: hunter2 "oops\n     x: [hunter3\n'),
    ({ message }: Error) => !/hunter/.test(message)
  )
})

test('of an .env only the two settings of compose are kept', () => {
  assert.deepEqual(parseProjectEnv('SECRET=1\n export COMPOSE_PROJECT_NAME="shop" # x\nCOMPOSE_FILE=a.yml:b.yml\n'), {
    project: 'shop',
    files: true
  })
  assert.deepEqual(parseProjectEnv('#COMPOSE_PROJECT_NAME=no\nMY_COMPOSE_FILE=x'), { files: false })
})

test('project names are made as compose makes them', () => {
  assert.equal(projectName('My.Shop 2'), 'myshop2')
  assert.equal(projectName('_-web_1'), 'web_1')
})

function bomb(): string {
  const levels = ['a', 'b', 'c', 'd', 'e', 'f']
  const line = (name: string, index: number) => {
    const item = index === 0 ? 'x' : `*${levels[index - 1]}`
    return `x-${name}: &${name} [${Array(9).fill(item).join(',')}]`
  }
  return `${levels.map(line).join('\n')}\nservices: { web: { image: a, command: *f } }\n`
}
