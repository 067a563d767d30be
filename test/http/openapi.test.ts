import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Compile } from 'typebox/compile'
import { request, startNode } from '../daemon.ts'

const COPY = path.join(import.meta.dirname, '..', '..', 'docs', 'openapi.json')
const AGAIN = 'run `npm run openapi` and commit docs/openapi.json'

// biome-ignore lint/suspicious/noExplicitAny: a document of every shape
type Json = any

test('the document is valid OpenAPI 3.1', async (t) => {
  const document = await served(t)
  const { valid, errors } = await new Validator().validate(document)
  assert.ok(valid, JSON.stringify(errors, null, 2))
  assert.equal(document.openapi, '3.1.0')
})

test('the committed copy is what an agent serves', async (t) => {
  const document = await served(t)
  const copy: Json = JSON.parse(readFileSync(COPY, 'utf8'))
  const differing = Object.keys({ ...copy.paths, ...document.paths }).filter(
    (url) => JSON.stringify(copy.paths[url]) !== JSON.stringify(document.paths[url])
  )
  assert.deepEqual(differing, [], `these routes have changed; ${AGAIN}`)
  assert.equal(JSON.stringify(copy), JSON.stringify(document), `the document has changed; ${AGAIN}`)
})

test('every operation has an example that fits its schemas', async (t) => {
  const document = await served(t)
  for (const { name, operation } of operations(document)) {
    const answers = Object.entries<Json>(operation.responses).filter(([status]) => status.startsWith('2'))
    const shown = [...answers.map(([, answer]) => answer.content), operation.requestBody?.content].filter(Boolean)
    const where = `${name} has no example; add one to src/http/openapi/examples.ts, then ${AGAIN}`
    for (const content of shown) {
      for (const { schema, example } of Object.values<Json>(content)) {
        assert.notEqual(example, undefined, where)
        const faults = [...Compile(resolved(schema, document)).Errors(example)]
        assert.deepEqual(faults, [], `the example of ${name} does not fit its schema`)
      }
    }
  }
})

test('every operation has a name of its own, a summary, a known tag, and says who may call it', async (t) => {
  const document = await served(t)
  const tags = new Set(document.tags.map(({ name }: Json) => name))
  const ids = new Set<string>()
  for (const { name, operation } of operations(document)) {
    assert.ok(operation.summary, `${name} has no summary`)
    assert.ok(
      tags.has(operation.tags[0]),
      `${name}: src/http/openapi/openapi.ts does not describe the tag ${operation.tags}`
    )
    assert.ok(!ids.has(operation.operationId), `${operation.operationId} is taken`)
    ids.add(operation.operationId)
    assert.equal(operation.security.length === 0, operation['x-permission'] === undefined, name)
  }
})

test("FlatRun's command line can read the document, and finds fields, permissions and columns in it", async (t) => {
  const document = await served(t)
  assertLegible(document.paths)
  assertLegible(document.components.schemas)
  const accept = document.paths['/api/cluster/accept'].post
  const body = accept.requestBody.content['application/json'].schema
  assert.deepEqual(body.required, ['invite_token'])
  assert.deepEqual(body['x-property-order'].slice(0, 3), ['invite_token', 'peer_url', 'callback_url'])
  assert.equal(accept['x-permission'], 'cluster:write')
  const peers = document.paths['/api/cluster/peers'].get.responses['200'].content['application/json'].schema
  assert.equal(peers['x-render'], 'list')
  assert.equal(peers.properties.peers.items.$ref, '#/components/schemas/Peer')
  const columns: string[] = document.components.schemas.Peer['x-columns']
  assert.ok(columns.length <= 6)
  for (const column of columns) assert.ok(document.components.schemas.Peer.properties[column], column)
})

test('an error has one body for both kinds of reader', async (t) => {
  const document = await served(t)
  const answer = document.paths['/api/cluster/peers/{name}'].get.responses['4XX'].content
  assert.deepEqual(Object.keys(answer), ['application/json', 'application/problem+json'])
  assert.equal(answer['application/json'].schema.$ref, '#/components/schemas/Error')
})

test('the documents page needs nothing from elsewhere, and no inline script', async (t) => {
  const node = await startNode(t)
  const page = await request(`${node.url}/docs`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none';script-src 'self';/)
  const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  assert.equal(files.length, 5)
  for (const file of files) {
    assert.doesNotMatch(file, /^(https?:)?\/\//)
    assert.equal((await request(`${node.url}/${file}`)).status, 200, file)
  }
  assert.doesNotMatch(page.text, /<script>|onload=|style=/)
  assert.equal((await request(`${node.url}/docs/package.json`)).status, 404)
})

test('the documents page can be turned off, while programs still get the document', async (t) => {
  const node = await startNode(t, { config: { 'api.docs': false } })
  assert.equal((await request(`${node.url}/docs/start.js`)).status, 404)
  assert.equal((await request(`${node.url}/api/openapi.json`)).status, 200)
})

async function served(t: Parameters<typeof startNode>[0]): Promise<Json> {
  const node = await startNode(t)
  const { body } = await request(`${node.url}/api/openapi.json`)
  return body
}

const operations = (document: Json) =>
  Object.entries<Json>(document.paths).flatMap(([url, item]) =>
    Object.entries<Json>(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${url}`, operation }))
  )

function resolved(schema: Json, document: Json): Json {
  if (Array.isArray(schema)) return schema.map((one) => resolved(one, document))
  if (typeof schema !== 'object' || schema === null) return schema
  const name = schema.$ref?.split('/').at(-1)
  if (name) return resolved(document.components.schemas[name], document)
  return Object.fromEntries(Object.entries(schema).map(([word, inner]) => [word, resolved(inner, document)]))
}

/** What Go's decoder demands: a text where it expects a text, a schema where it expects a schema. */
function assertLegible(value: Json, where = ''): void {
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) assertLegible(one, `${where}/${index}`)
    return
  }
  if (typeof value !== 'object' || value === null || where.endsWith('/example')) return
  for (const word of ['type', 'format', '$ref', 'x-render', 'x-permission'])
    if (word in value && !where.endsWith('/properties')) assert.equal(typeof value[word], 'string', `${where}/${word}`)
  for (const word of ['items', 'additionalProperties'])
    if (word in value && !where.endsWith('/properties')) assert.equal(typeof value[word], 'object', `${where}/${word}`)
  for (const [word, inner] of Object.entries(value)) assertLegible(inner, `${where}/${word}`)
}
