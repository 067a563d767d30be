import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { signatureOf } from '../../src/alerts/delivery/channels.ts'
import { send } from '../../src/alerts/delivery/send.ts'
import { testMessage } from '../../src/alerts/message.ts'
import { startMailServer } from './mail-server.ts'

const message = testMessage('here', Date.UTC(2026, 0, 1))
const signal = new AbortController().signal

async function receiver(t: TestContext, status = 200) {
  const received: { headers: Record<string, unknown>; body: string; url: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ headers: request.headers, body, url: request.url })
    response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a webhook gets the message as JSON with a signature that it can check', async (t) => {
  const { received, url } = await receiver(t)
  await send({ type: 'webhook', url, secret: 'shared' }, message, signal)
  const { headers, body } = received[0]!
  assert.deepEqual(JSON.parse(body), message)
  const expected = createHmac('sha256', 'shared').update(`${message.id}.${headers['webhook-timestamp']}.${body}`)
  assert.equal(headers['webhook-signature'], `v1,${expected.digest('base64')}`)
  assert.equal(headers['webhook-id'], message.id)
})

test('signatures are those of the standard, whose secrets begin with whsec_', () => {
  // The example of standardwebhooks.com.
  const content = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
  assert.equal(
    signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', content),
    'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  )
})

test('ntfy gets a title, a text and the token', async (t) => {
  const { received, url } = await receiver(t)
  await send({ type: 'ntfy', url: `${url}/topic`, token: 'tk' }, message, signal)
  const { headers, body, url: path } = received[0]!
  assert.deepEqual(
    [path, headers.title, headers.authorization, body],
    ['/topic', 'A test from here', 'Bearer tk', message.text]
  )
})

test('mail goes out through the SMTP server', async (t) => {
  const { lines, smtp } = await startMailServer(t)
  await send(
    { type: 'email', smtp, from: 'here@test.example', to: ['ops@test.example', 'b@test.example'] },
    message,
    signal
  )
  assert.ok(lines.includes('RCPT TO:<ops@test.example>') && lines.includes('RCPT TO:<b@test.example>'))
  assert.ok(lines.includes('Subject: A test from here'))
  assert.ok(lines.some((line) => line.includes('Nothing is wrong')))
})

test('what fails says so without the address, and a redirect is a failure', async (t) => {
  const redirecting = await receiver(t, 302)
  await assert.rejects(send({ type: 'webhook', url: redirecting.url }, message, signal), /It answered with status 302/)
  assert.equal(redirecting.received.length, 1)
  await assert.rejects(send({ type: 'webhook', url: 'http://127.0.0.1:1/token' }, message, signal), (fault: Error) => {
    assert.equal(fault.message, 'It could not be reached (ECONNREFUSED)')
    return true
  })
  const mail = {
    type: 'email' as const,
    smtp: 'smtp://user:pass@127.0.0.1:1',
    from: 'a@b.example',
    to: ['c@d.example']
  }
  await assert.rejects(send(mail, message, signal), (fault: Error) => {
    assert.doesNotMatch(fault.message, /127|pass/)
    return true
  })
})

/** A mail server that greets and then says nothing more. */
async function silentMailServer(t: TestContext) {
  const ended = Promise.withResolvers<void>()
  const server = createSocketServer((socket) => {
    socket.write('220 mail.test ESMTP\r\n')
    socket.once('data', () => server.emit('spoken to'))
    socket.on('error', () => {})
    socket.on('close', () => ended.resolve())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { server, ended: ended.promise, smtp: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a mail server that falls silent is left when this server stops, and its connection ends', async (t) => {
  const { server, ended, smtp } = await silentMailServer(t)
  const leaving = new AbortController()
  server.once('spoken to', () => leaving.abort())
  const target = { type: 'email' as const, smtp, from: 'a@b.example', to: ['c@d.example'] }
  await assert.rejects(send(target, message, leaving.signal), /^SendFailed: This server is stopping$/)
  await ended
})

test('a mail server is waited for no longer than 15 s in all', async (t) => {
  t.mock.method(AbortSignal, 'timeout', (ms: number) => {
    assert.equal(ms, 15_000)
    return overdue.signal
  })
  const overdue = new AbortController()
  const { server, ended, smtp } = await silentMailServer(t)
  server.once('spoken to', () => overdue.abort())
  const target = { type: 'email' as const, smtp, from: 'a@b.example', to: ['c@d.example'] }
  await assert.rejects(send(target, message, signal), /^SendFailed: The mail server did not take it within 15 s$/)
  await ended
})
