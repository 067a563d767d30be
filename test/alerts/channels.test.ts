import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { send } from '../../src/alerts/delivery/send.ts'
import { SendFailed } from '../../src/alerts/delivery/send-failed.ts'
import type { AlertMessage } from '../../src/schemas/alerts/alert.ts'
import { type AlertTarget, isTemplate } from '../../src/schemas/alerts/alert-target.ts'

const message: AlertMessage = {
  id: 'm1',
  type: 'incident.opened',
  at: '2026-01-01T03:12:00.000Z',
  server: 'web-1',
  urgency: 'high',
  title: 'web-2 is down, says web-1',
  text: 'web-2 does not answer.\n<!channel> @everyone [click](http://evil.test) *bold* my_app_1',
  problems: []
}
const signal = new AbortController().signal

interface Seen {
  path: string
  headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any
  text: string
}
type Answer = { status: number; body?: unknown; headers?: Record<string, string> }

/** A receiver that checks what the real one checks, and answers as it does. */
async function receiver(t: TestContext, check: (seen: Seen) => Answer) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      body = undefined
    }
    const one = { path: request.url ?? '', headers: request.headers, body, text }
    seen.push(one)
    const answer = check(one)
    const said = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? '')
    response.writeHead(answer.status, answer.headers).end(said)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const isJson = ({ headers }: Seen) => /^application\/json\b/.test(headers['content-type'] ?? '')

/** What each receiver refuses, by its public documentation; its answer to what is right; and a target that is right. */
const RECEIVERS: Record<
  string,
  { check: (seen: Seen) => Answer; target: (url: string) => AlertTarget; wrong?: (url: string) => AlertTarget }
> = {
  slack: {
    check: (seen) => {
      if (seen.path !== '/services/T0/B0/secret') return { status: 404, body: 'no_service' }
      const { text, blocks } = seen.body ?? {}
      if (!isJson(seen) || typeof text !== 'string') return { status: 400, body: 'no_text' }
      const [header, section] = blocks
      const fine = header.type === 'header' && header.text.type === 'plain_text' && header.text.text.length <= 150
      const rest = section.type === 'section' && section.text.text.length <= 3_000 && section.text.type === 'plain_text'
      return fine && rest ? { status: 200, body: 'ok' } : { status: 400, body: 'invalid_blocks' }
    },
    target: (url) => ({ type: 'slack', url: `${url}/services/T0/B0/secret` }),
    wrong: (url) => ({ type: 'slack', url: `${url}/services/T0/B0/revoked` })
  },
  discord: {
    check: (seen) => {
      if (seen.path !== '/api/webhooks/1/secret')
        return { status: 401, body: { message: 'Invalid Webhook Token', code: 50027 } }
      const [embed] = seen.body?.embeds ?? []
      const fine = isJson(seen) && embed.title.length <= 256 && embed.description.length <= 4_096
      const quiet = seen.body.allowed_mentions.parse.length === 0
      const dated = !Number.isNaN(Date.parse(embed.timestamp)) && Number.isInteger(embed.color)
      return fine && quiet && dated ? { status: 204 } : { status: 400, body: { message: 'Invalid Form Body' } }
    },
    target: (url) => ({ type: 'discord', url: `${url}/api/webhooks/1/secret` }),
    wrong: (url) => ({ type: 'discord', url: `${url}/api/webhooks/1/revoked` })
  },
  teams: {
    check: (seen) => {
      const [attachment] = seen.body?.attachments ?? []
      const fine =
        seen.body?.type === 'message' &&
        attachment.contentType === 'application/vnd.microsoft.card.adaptive' &&
        attachment.content.type === 'AdaptiveCard' &&
        attachment.content.body.length === 2 &&
        seen.text.length < 28_000
      return fine && isJson(seen) ? { status: 202 } : { status: 400, body: { error: { message: 'bad' } } }
    },
    target: (url) => ({ type: 'teams', url: `${url}/workflows/secret?sig=secret` })
  },
  telegram: {
    check: (seen) => {
      if (seen.path !== '/bot123:secret-token/sendMessage')
        return { status: 404, body: { ok: false, description: 'Not Found' } }
      const { chat_id, text, parse_mode, message_thread_id } = seen.body ?? {}
      if (chat_id !== -100123) return { status: 400, body: { ok: false, description: 'Bad Request: chat not found' } }
      const fine =
        isJson(seen) && text.length > 0 && text.length <= 4_096 && parse_mode === undefined && message_thread_id === 7
      return fine
        ? { status: 200, body: { ok: true } }
        : { status: 400, body: { ok: false, description: 'Bad Request' } }
    },
    target: (url) => ({ type: 'telegram', url, token: '123:secret-token', chat: -100123, topic: 7 }),
    wrong: (url) => ({ type: 'telegram', url, token: '123:secret-token', chat: '@nobody' })
  },
  gotify: {
    check: (seen) => {
      if (seen.headers['x-gotify-key'] !== 'secret-token')
        return {
          status: 401,
          body: { error: 'Unauthorized', errorDescription: 'you need to provide a valid access token' }
        }
      const { title, message, priority } = seen.body ?? {}
      const fine =
        seen.path === '/sub/message' && isJson(seen) && message !== '' && Number.isInteger(priority) && title !== ''
      return { status: fine ? 200 : 400, body: { errorDescription: 'Field message is required' } }
    },
    target: (url) => ({ type: 'gotify', url: `${url}/sub/`, token: 'secret-token' }),
    wrong: (url) => ({ type: 'gotify', url, token: 'secret-other' })
  },
  pushover: {
    check: (seen) => {
      const { token, user, message, title, priority, timestamp } = seen.body ?? {}
      if (token !== 'secret-token')
        return { status: 400, body: { status: 0, errors: ['application token is invalid'] } }
      if (user !== 'secret-user')
        return { status: 400, body: { status: 0, errors: ['user identifier is not a valid user'] } }
      const fine =
        message.length <= 1_024 && title.length <= 250 && [-1, 0, 1].includes(priority) && timestamp === 1_767_237_120
      return { status: fine && seen.path === '/1/messages.json' ? 200 : 400, body: { status: fine ? 1 : 0 } }
    },
    target: (url) => ({ type: 'pushover', url, token: 'secret-token', user: 'secret-user' }),
    wrong: (url) => ({ type: 'pushover', url, token: 'secret-token', user: 'secret-nobody' })
  },
  ntfy: {
    check: (seen) => {
      if (seen.headers.authorization !== 'Bearer secret-token') return { status: 403, body: { error: 'forbidden' } }
      const fine = seen.path === '/topic' && Buffer.byteLength(seen.text) <= 4_096 && seen.headers.priority === 'high'
      return { status: fine ? 200 : 400 }
    },
    target: (url) => ({ type: 'ntfy', url: `${url}/topic`, token: 'secret-token' }),
    wrong: (url) => ({ type: 'ntfy', url: `${url}/topic`, token: 'secret-other' })
  },
  webhook: {
    check: (seen) => ({ status: isJson(seen) && seen.body.say === `${message.title}: ${message.text}` ? 200 : 422 }),
    target: (url) => ({ type: 'webhook', url, template: '{"say": "{{title}}: {{ text }}", "at": "{{at}}"}' })
  }
}

for (const [name, { check, target, wrong }] of Object.entries(RECEIVERS)) {
  test(`${name} takes what it is sent, a long one too`, async (t) => {
    const { seen, url } = await receiver(t, check)
    await send(target(url), message, signal)
    if (name !== 'webhook') {
      const long = { ...message, title: `${'ü'.repeat(149)}😀 and more`, text: '😀'.repeat(20_000) }
      await send(target(url), long, signal)
      assert.equal(seen.length, 2)
    }
  })
  if (wrong)
    test(`${name} refuses what is wrong, and its words reach the operator without the secret`, async (t) => {
      const { url } = await receiver(t, check)
      await assert.rejects(send(wrong(url), message, signal), (fault: Error) => {
        assert.ok(fault instanceof SendFailed)
        assert.match(fault.message, /^It answered with status 4\d\d: [A-Za-z_]/)
        assert.doesNotMatch(fault.message, /secret|revoked|127\.0/)
        return true
      })
    })
}

test('no name in a message is markup, or calls a channel', async (t) => {
  const { seen, url } = await receiver(t, () => ({ status: 200 }))
  for (const name of ['slack', 'discord', 'teams']) await send(RECEIVERS[name]!.target(url), message, signal)
  const [slack, discord, teams] = seen
  assert.equal(slack?.body.blocks[1].text.type, 'plain_text')
  assert.match(discord?.body.embeds[0].description, /\\\[click\\\]\(http.*\\\*bold\\\* my\\_app\\_1/)
  assert.ok(teams?.body.attachments[0].content.body.every(({ type }: { type: string }) => type === 'RichTextBlock'))
})

test('a template is JSON whatever it is filled with, or the config is refused', () => {
  assert.ok(isTemplate('{"text": "{{title}}\\n{{text}}", "n": 1}'))
  for (const wrong of ['{"text": {{title}}}', '{"text": "{{titel}}"}', 'text={{text}}', '{"a": "{{title}}"'])
    assert.ok(!isTemplate(wrong), wrong)
})

test('a receiver that wants a pause gets it, one that is silent is given up, one that leads away is not followed', async (t) => {
  const busy = await receiver(t, () => ({
    status: 429,
    headers: { 'retry-after': '90' },
    body: { message: 'slow down' }
  }))
  await assert.rejects(send({ type: 'discord', url: busy.url }, message, signal), (fault: SendFailed) => {
    assert.equal(fault.message, 'It answered with status 429: slow down')
    assert.equal(fault.retryAfterMs, 90_000)
    return true
  })
  const away = await receiver(t, () => ({ status: 200 }))
  const leading = await receiver(t, () => ({ status: 307, headers: { location: away.url } }))
  await assert.rejects(send({ type: 'slack', url: leading.url }, message, signal), /status 307$/)
  assert.equal(away.seen.length, 0)

  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.after(() => silent.closeAllConnections())
  t.after(() => silent.close())
  const leaving = new AbortController()
  const hanging = send(
    { type: 'slack', url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` },
    message,
    leaving.signal
  )
  silent.once('request', () => leaving.abort())
  await assert.rejects(hanging, /^SendFailed: This server is stopping$/)
})

test('messages go through the proxy of the environment, and not to hosts that need none', async (t) => {
  const { seen, url } = await receiver(t, () => ({ status: 200 }))
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => proxy.close())
  const before = { ...process.env }
  t.after(() => {
    for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  })
  process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  delete process.env.no_proxy
  process.env.https_proxy = process.env.http_proxy
  await send({ type: 'slack', url }, message, signal)
  await assert.rejects(send({ type: 'slack', url: 'https://hooks.test/x' }, message, signal), /It could not be reached/)
  assert.deepEqual(asked, [`${url}/`, 'hooks.test:443'])
  process.env.no_proxy = '127.0.0.1'
  await send({ type: 'slack', url }, message, signal)
  assert.deepEqual([asked.length, seen.length], [2, 1])
})

for (const [name, { target }] of Object.entries(RECEIVERS)) {
  test(`${name}: one that leads away is not followed, and one that is silent is given up after 10 s`, async (t) => {
    const away = await receiver(t, () => ({ status: 200 }))
    const leading = await receiver(t, () => ({ status: 308, headers: { location: away.url } }))
    await assert.rejects(send(target(leading.url), message, signal), /^SendFailed: It answered with status 308$/)
    assert.deepEqual([leading.seen.length, away.seen.length], [1, 0])

    const overdue = new AbortController()
    const limits: number[] = []
    t.mock.method(AbortSignal, 'timeout', (ms: number) => {
      limits.push(ms)
      return overdue.signal
    })
    const silent = createServer(() => overdue.abort())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    t.after(() => silent.close())
    t.after(() => silent.closeAllConnections())
    const { port } = silent.address() as AddressInfo
    await assert.rejects(
      send(target(`http://127.0.0.1:${port}`), message, signal),
      /^SendFailed: It did not answer within 10 s$/
    )
    assert.deepEqual(limits, [10_000])
  })
}
