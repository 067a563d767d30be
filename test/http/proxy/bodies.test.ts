import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { test } from 'node:test'
import { until } from '../../remote/world.ts'
import { call, proxyWorld } from './world.ts'

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

for (const type of [
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/x-tar',
  undefined
]) {
  test(`a body of 8 MiB of type ${type} arrives whole`, async (t) => {
    const { url, peer } = await proxyWorld(t)
    const sent = randomBytes(8 << 20)
    peer.on('/api/upload', async (request, response) => {
      const hash = createHash('sha256')
      for await (const chunk of request) hash.update(chunk)
      response.end(hash.digest('hex'))
    })
    const headers = type === undefined ? {} : { 'content-type': type }
    for (const more of [{ 'content-length': sent.length }, { 'transfer-encoding': 'chunked' }]) {
      const reply = await call(`${url}/upload`, { method: 'PUT', headers: { ...headers, ...more }, body: sent })
      assert.deepEqual([reply.status, reply.text], [200, digest(sent)])
    }
    assert.equal(peer.requests[0]?.headers['content-type'], type)
    assert.equal(peer.requests[0]?.headers['content-length'], String(sent.length))
  })
}

test('an answer of 8 MiB arrives whole, with the length that the peer gave', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const sent = randomBytes(8 << 20)
  peer.on('/api/file', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': sent.length })
    response.end(sent)
  })
  const reply = await call(`${url}/file`)
  assert.equal(reply.headers['content-length'], String(sent.length))
  assert.equal(digest(reply.body), digest(sent))
})

test('a body that the peer compressed stays compressed', async (t) => {
  const { url, peer } = await proxyWorld(t)
  const bytes = randomBytes(100)
  peer.on('/api/file', (_request, response) => response.writeHead(200, { 'content-encoding': 'br' }).end(bytes))
  const reply = await call(`${url}/file`, { headers: { 'accept-encoding': 'br' } })
  assert.equal(peer.requests[0]?.headers['accept-encoding'], 'br')
  assert.equal(reply.headers['content-encoding'], 'br')
  assert.deepEqual(reply.body, bytes)
})

test('the peer reads the beginning of a body before the caller has sent its end', async (t) => {
  const { url, peer } = await proxyWorld(t)
  let first = ''
  peer.on('/api/upload', (request, response) => {
    request.once('data', (chunk) => {
      first = String(chunk)
    })
    request.on('end', () => response.end('done'))
  })
  const sending = http.request(`${url}/upload`, { method: 'POST', agent: false })
  sending.write('one')
  await until(() => first === 'one')
  const answered = new Promise<http.IncomingMessage>((resolve) => sending.once('response', resolve))
  sending.end('two')
  const answer = await answered
  assert.equal(answer.statusCode, 200)
  answer.resume()
})

test("events of the peer's come as they happen, and the caller who leaves ends them there", async (t) => {
  const { url, peer } = await proxyWorld(t)
  let send = (_text: string) => {}
  let closed = false
  peer.on('/api/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    send = (text) => response.write(`data: ${text}\n\n`)
    send('one')
    response.on('close', () => {
      closed = true
    })
  })
  const seen: string[] = []
  const asking = http.get(`${url}/events`, { agent: false }, (answer) =>
    answer.on('data', (chunk) => seen.push(String(chunk)))
  )
  asking.on('error', () => {})
  await until(() => seen.length === 1)
  send('two')
  await until(() => seen.length === 2)
  assert.deepEqual(seen, ['data: one\n\n', 'data: two\n\n'])
  asking.destroy()
  await until(() => closed)
})

test('an answer begins when the peer begins it, though nothing follows yet', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  })
  const asked = http.get(`${url}/events`)
  const [answer] = await once(asked, 'response', { signal: AbortSignal.timeout(30_000) })
  assert.equal(answer.headers['content-type'], 'text/event-stream')
  asked.destroy()
})

test('a caller who leaves before any answer ends the request at the peer', async (t) => {
  const { url, peer } = await proxyWorld(t)
  let closed = false
  peer.on('/api/slow', (_request, response) => response.on('close', () => (closed = true)))
  const asking = http.get(`${url}/slow`, { agent: false })
  asking.on('error', () => {})
  await until(() => peer.requests.length === 1)
  asking.destroy()
  await until(() => closed)
})

test('a caller who leaves amid its own body ends the request at the peer', async (t) => {
  const { url, peer } = await proxyWorld(t)
  let closed = false
  peer.on('/api/upload', (request) => {
    request.resume()
    request.on('close', () => {
      closed = true
    })
  })
  const sending = http.request(`${url}/upload`, { method: 'POST', agent: false })
  sending.on('error', () => {})
  sending.write('part')
  await until(() => peer.requests.length === 1)
  sending.destroy()
  await until(() => closed)
})

test('an answer that comes before the body was read reaches the caller', async (t) => {
  const { url, peer } = await proxyWorld(t)
  peer.on('/api/upload', (request, response) => {
    response.writeHead(413, { 'content-type': 'text/plain' })
    response.end('too much')
    request.resume()
  })
  const reply = await call(`${url}/upload`, { method: 'POST', body: Buffer.alloc(4 << 20) })
  assert.deepEqual([reply.status, reply.text], [413, 'too much'])
})

test('a caller that reads slowly slows the peer down, instead of filling this process', async (t) => {
  const { url, peer } = await proxyWorld(t)
  let written = 0
  let paused = false
  peer.on('/api/file', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    const chunk = Buffer.alloc(1 << 20)
    const more = () => {
      while (written < 256 << 20) {
        written += chunk.length
        if (!response.write(chunk)) {
          paused = true
          return response.once('drain', more)
        }
      }
      response.end()
    }
    more()
  })
  const asking = http.get(`${url}/file`, { agent: false }, (answer) => answer.pause())
  asking.on('error', () => {})
  await until(() => paused)
  let before = -1
  while (before !== written) {
    before = written
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(written < 64 << 20, `${written} bytes were taken`)
  asking.destroy()
})
