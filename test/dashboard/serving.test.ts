import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { dashboard } from '../../src/http/pages/dashboard.ts'

const HTML = { accept: 'text/html,application/xhtml+xml' }
const SCRIPT = `export const words = ${JSON.stringify('word '.repeat(500))}`

async function served(t: TestContext) {
  const root = mkdtempSync(path.join(tmpdir(), 'served-'))
  mkdirSync(path.join(root, 'assets'))
  writeFileSync(path.join(root, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(path.join(root, 'assets', 'index-abc.js'), SCRIPT)
  writeFileSync(path.join(root, 'assets', 'index-abc.js.gz'), gzipSync(SCRIPT))
  writeFileSync(path.join(root, '.built'), 'secret stamp')
  const app = Fastify()
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Not found' }))
  await app.register(dashboard, { root })
  t.after(async () => {
    await app.close()
    rmSync(root, { recursive: true })
  })
  return app
}

test('every address of a screen gives the page, under a policy without exceptions', async (t) => {
  const app = await served(t)
  for (const url of ['/', '/peers', '/peers/node-2.example', '/deployments/a/b?status=running']) {
    const answer = await app.inject({ url, headers: HTML })
    assert.equal(answer.statusCode, 200, url)
    assert.match(answer.body, /<title>page/)
    assert.equal(answer.headers['cache-control'], 'no-cache')
    const policy = String(answer.headers['content-security-policy'])
    assert.match(policy, /default-src 'none';script-src 'self';style-src 'self';/)
    assert.match(policy, /require-trusted-types-for 'script'/)
    assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  }
})

test('what is not there stays a 404 in JSON: under /api, for programs, and for assets of another build', async (t) => {
  const app = await served(t)
  const asked = [
    { url: '/api/nothing', headers: HTML },
    { url: '/api', headers: HTML },
    { url: '/peers', headers: { accept: 'application/json' } },
    { url: '/assets/index-old.js', headers: HTML },
    { method: 'POST', url: '/peers', headers: HTML }
  ] as const
  for (const request of asked) {
    const answer = await app.inject(request)
    assert.equal(answer.statusCode, 404, request.url)
    assert.deepEqual(answer.json(), { error: 'Not found' })
  }
})

test('assets are compressed beforehand and kept for ever', async (t) => {
  const app = await served(t)
  const answer = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'gzip, br' } })
  assert.equal(answer.headers['content-encoding'], 'gzip')
  assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.match(String(answer.headers['content-type']), /javascript/)
  assert.ok(answer.rawPayload.length < SCRIPT.length / 10)
  const plain = await app.inject({ url: '/assets/index-abc.js' })
  assert.equal(plain.body, SCRIPT)
})

test('nothing outside of the built files is served', async (t) => {
  const app = await served(t)
  for (const url of [
    '/.built',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/.built',
    '/index.html'
  ]) {
    const answer = await app.inject({ url })
    assert.equal(answer.statusCode, 404, url)
    assert.doesNotMatch(answer.body, /secret|words/)
  }
})

test('a checkout without a built dashboard still serves its API', async (t) => {
  const app = Fastify()
  t.after(() => app.close())
  app.get('/api/health', async () => ({ status: 'healthy' }))
  await app.register(dashboard, { root: path.join(tmpdir(), 'no-such-folder') })
  assert.equal((await app.inject('/api/health')).statusCode, 200)
  assert.equal((await app.inject({ url: '/', headers: HTML })).statusCode, 404)
})
