import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { AlertTarget } from '../../src/schemas/alerts/alert-target.ts'
import { startMailServer } from './mail-server.ts'

type Written = { [Kind in AlertTarget['type']]: Omit<Extract<AlertTarget, { type: Kind }>, 'type' | 'name'> }

/** In every value of a target that nobody may see again. */
export const SECRET = 'very-secret'

/** Whether what came is what that kind of receiver understands. */
const UNDERSTOOD: Record<Exclude<AlertTarget['type'], 'email'>, (request: IncomingMessage, body: string) => boolean> = {
  webhook: ({ headers }, body) => 'webhook-signature' in headers && JSON.parse(body).summary.startsWith('A test from'),
  slack: (_, body) => Array.isArray(JSON.parse(body).blocks),
  discord: (_, body) => Array.isArray(JSON.parse(body).embeds),
  teams: (_, body) => JSON.parse(body).attachments[0].content.type === 'AdaptiveCard',
  telegram: ({ url }, body) => /^\/bot1:very-secret\/sendMessage$/.test(url ?? '') && JSON.parse(body).chat_id === -42,
  gotify: ({ url, headers }) => url === '/message' && headers['x-gotify-key'] === `${SECRET}-gotify`,
  pushover: ({ url }, body) => url === '/1/messages.json' && JSON.parse(body).device === 'phone',
  ntfy: ({ url, headers }) => url === `/${SECRET}-topic` && headers.authorization === `Bearer ${SECRET}-ntfy`
}

/** One target of each kind, with all that may be said of it, and receivers that refuse what theirs would not understand. */
export async function everyKind(t: TestContext) {
  const mail = await startMailServer(t)
  const took = new Set<string>()
  const start = async (kind: keyof typeof UNDERSTOOD): Promise<string> => {
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const fine = UNDERSTOOD[kind](request, body)
      if (fine) took.add(kind)
      response.writeHead(fine ? 200 : 400).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const written: Written = {
    webhook: {
      url: `${await start('webhook')}/${SECRET}-hook`,
      secret: `${SECRET}-signs`,
      template: `{"key": "${SECRET}-template", "summary": "{{title}}"}`
    },
    slack: { url: `${await start('slack')}/${SECRET}-slack` },
    discord: { url: `${await start('discord')}/${SECRET}-discord` },
    teams: { url: `${await start('teams')}/${SECRET}-teams?sig=${SECRET}` },
    telegram: { token: `1:${SECRET}`, chat: -42, topic: 7, url: await start('telegram') },
    gotify: { url: await start('gotify'), token: `${SECRET}-gotify` },
    pushover: { token: `${SECRET}-app`, user: `${SECRET}-user`, device: 'phone', url: await start('pushover') },
    ntfy: { url: `${await start('ntfy')}/${SECRET}-topic`, token: `${SECRET}-ntfy` },
    email: {
      smtp: `${mail.smtp}/?name=${SECRET}`,
      from: 'here@test.example',
      to: ['ops@test.example', 'b@test.example']
    }
  }
  return {
    kinds: Object.entries(written),
    /** Those that were sent something that they understand. */
    took: () => [...took, ...(mail.lines.includes('RCPT TO:<b@test.example>') ? ['email'] : [])].toSorted()
  }
}
