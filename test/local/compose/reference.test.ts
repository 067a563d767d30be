import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/local/compose/fault.ts'
import { type Files, type Summary, summaryOf } from './projects.ts'
import { referenceOf, whyNoReference } from './reference.ts'
import { TABLE } from './table.ts'

const options = { skip: whyNoReference, timeout: 600_000 }

async function ours(files: Files): Promise<Summary | 'refused' | undefined> {
  try {
    return await summaryOf(files)
  } catch (cause) {
    if (cause instanceof Fault) return 'refused'
    throw cause
  }
}

test('every project of the table is what docker compose makes of it', options, async () => {
  // What is not judged is said to be so; compose may follow it, or refuse it.
  for (const { what, files, unjudged } of TABLE) {
    const model = await ours(files)
    if (!unjudged && model) assert.deepEqual(await referenceOf(files), model, what)
  }
})

const NAMES = ['web', 'db', 'job', 'cache']
const word = fc.constantFrom('a', 'b', `\${A}`, `\${B:-b}`, `\${A:+c}`, '$$x')
const port = fc.constantFrom<unknown>(
  80,
  '80:80',
  '127.0.0.1:81:80',
  '53:53/udp',
  '90-91:90-91',
  { target: 80 },
  { target: 80, published: '80' }
)
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** Services need only those before them in the list, so that there is no circle. */
const service = (others: readonly string[]) => {
  const names = fc.subarray([...others])
  const conditions = names.map((list) =>
    Object.fromEntries(list.map((name) => [name, { condition: 'service_healthy' }]))
  )
  return fc.record({
    image: word,
    ports: optional(fc.array(port, { maxLength: 3 })),
    restart: optional(fc.constantFrom('always', 'no', 'on-failure', `\${R:-unless-stopped}`)),
    deploy: optional(fc.record({ replicas: fc.nat(3) }, { requiredKeys: [] })),
    depends_on: optional(fc.oneof(names, conditions)),
    profiles: optional(fc.subarray(['full', 'dev'])),
    networks: optional(fc.subarray(['front', 'back'])),
    extends: optional(others.length === 0 ? fc.constant(undefined) : fc.constantFrom(...others))
  })
}

const file = fc.tuple(...NAMES.map((_, index) => optional(service(NAMES.slice(0, index))))).map((services) => ({
  services: Object.fromEntries(NAMES.flatMap((name, index) => (services[index] ? [[name, services[index]]] : []))),
  networks: { front: {}, back: {} }
}))

const project = fc.record({
  base: file,
  over: optional(file),
  env: fc.array(
    fc.constantFrom('A=one', 'B="two" # x', 'R=no', 'COMPOSE_PROFILES=full', 'COMPOSE_PROJECT_NAME=other', "A='q'")
  )
})

test('random projects are what docker compose makes of them', options, async () => {
  await fc.assert(
    fc.asyncProperty(project, async ({ base, over, env }) => {
      // JSON is YAML, and leaves out what is undefined.
      const files: Files = {
        'compose.yaml': JSON.stringify(base),
        ...(over ? { 'compose.override.yaml': JSON.stringify(over) } : {}),
        '.env': `${env.join('\n')}\n`
      }
      const model = await ours(files)
      // Without any service compose makes an empty configuration, which it does not start.
      fc.pre(Object.keys(base.services).length > 0)
      assert.deepEqual(await referenceOf(files), model)
    }),
    // As many as there is time for: a loaded machine makes fewer.
    {
      numRuns: Number(process.env.COMPOSE_RUNS ?? 100),
      interruptAfterTimeLimit: Number(process.env.COMPOSE_MS ?? 120_000),
      markInterruptAsFailure: false
    }
  )
})
