import { createHmac } from 'node:crypto'
import type { AlertMessage } from '../../schemas/alerts/alert.ts'
import { type AlertTarget, type AlertTargetOf, filledTemplate } from '../../schemas/alerts/alert-target.ts'

/** One request that hands a message over. */
export interface Post {
  url: string
  headers?: Record<string, string>
  body: string
}

type WebTarget = Exclude<AlertTarget, { type: 'email' }>

/** The message as each kind of receiver wants it. */
export function postOf(target: WebTarget, message: AlertMessage, now = Date.now()): Post {
  switch (target.type) {
    case 'webhook':
      return webhook(target, message, now)
    case 'ntfy':
      return ntfy(target, message)
    case 'slack':
      return json(target.url, slack(message))
    case 'discord':
      return json(target.url, discord(message))
    case 'teams':
      return json(target.url, teams(message))
    case 'telegram':
      return telegram(target, message)
    case 'gotify':
      return gotify(target, message)
    case 'pushover':
      return pushover(target, message)
  }
}

const json = (url: string, body: unknown, headers: Record<string, string> = {}): Post => ({
  url,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body)
})

/** Signed for this attempt: who checks it refuses what was signed more than five minutes ago. */
function webhook({ url, secret, template }: AlertTargetOf<'webhook'>, message: AlertMessage, now: number): Post {
  const body = (template !== undefined && filledTemplate(template, message)) || JSON.stringify(message)
  const timestamp = String(Math.floor(now / 1_000))
  const signed = secret && { 'webhook-signature': `v1,${signatureOf(secret, `${message.id}.${timestamp}.${body}`)}` }
  return json(url, body, { 'webhook-id': message.id, 'webhook-timestamp': timestamp, ...signed })
}

/** As standardwebhooks.com has it, so that receivers can check it with what they have. */
export function signatureOf(secret: string, content: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  return createHmac('sha256', key).update(content).digest('base64')
}

/** https://docs.ntfy.sh/publish: the header is RFC 2047 where it is not ASCII, and a longer text would become a file. */
function ntfy({ url, token }: AlertTargetOf<'ntfy'>, { title, text, urgency }: AlertMessage): Post {
  const headers = {
    title: inHeader(title),
    priority: urgency === 'high' ? 'high' : 'default',
    tags: urgency === 'low' ? 'white_check_mark' : 'rotating_light',
    ...(token && { authorization: `Bearer ${token}` })
  }
  return { url, headers, body: cutBytes(text, 4_000) }
}

const inHeader = (text: string) =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(cutBytes(text, 600)).toString('base64')}?=`

/** https://docs.slack.dev/reference/block-kit: plain text, in which no name can call a channel or a person. */
function slack({ title, text }: AlertMessage) {
  const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: false })
  const fallback = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return {
    text: cut(fallback, 3_000),
    blocks: [
      { type: 'header', text: plain(cut(title, 150)) },
      { type: 'section', text: plain(cut(text, 3_000)) }
    ]
  }
}

const COLORS = { high: 0xd0342c, normal: 0xd9a400, low: 0x2e9e5b }

/** https://docs.discord.com/developers/resources/webhook#execute-webhook: nobody is called by a name in it. */
function discord({ title, text, urgency, at }: AlertMessage) {
  const plain = (words: string) => words.replace(/[\\*_~`|>[\]]/g, '\\$&')
  const embed = { title: plain(cut(title, 120)), description: plain(cut(text, 2_000)) }
  return { embeds: [{ ...embed, color: COLORS[urgency], timestamp: at }], allowed_mentions: { parse: [] } }
}

/** An Adaptive Card, as Teams' workflows take it. A RichTextBlock knows no markup. */
function teams({ title, text, urgency }: AlertMessage) {
  const block = (words: string, look: object) => ({
    type: 'RichTextBlock',
    inlines: words.split('\n').map((line, at) => ({ type: 'TextRun', text: at === 0 ? line : `\n${line}`, ...look }))
  })
  const color = urgency === 'low' ? 'Good' : urgency === 'high' ? 'Attention' : 'Warning'
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [block(cut(title, 300), { weight: 'Bolder', size: 'Medium', color }), block(cut(text, 8_000), {})]
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }]
  }
}

/** https://core.telegram.org/bots/api#sendmessage: without a parse mode, so nothing in it is markup. */
function telegram(target: AlertTargetOf<'telegram'>, { title, text, urgency }: AlertMessage): Post {
  const { token, chat, topic, url = 'https://api.telegram.org' } = target
  return json(below(url, `/bot${encodeURIComponent(token).replaceAll('%3A', ':')}/sendMessage`), {
    chat_id: chat,
    text: cut(`${title}\n\n${text}`, 4_096),
    link_preview_options: { is_disabled: true },
    disable_notification: urgency === 'low',
    ...(topic !== undefined && { message_thread_id: topic })
  })
}

/** https://gotify.net/api-docs: from 8 on a phone rings. */
function gotify({ url, token }: AlertTargetOf<'gotify'>, { title, text, urgency }: AlertMessage): Post {
  const priority = { high: 8, normal: 5, low: 3 }[urgency]
  return json(below(url, '/message'), { title, message: text, priority }, { 'x-gotify-key': token })
}

/** https://pushover.net/api: 1 passes quiet hours; 2 would ring until somebody answers. */
function pushover(target: AlertTargetOf<'pushover'>, { title, text, urgency, at }: AlertMessage): Post {
  const { token, user, device, url = 'https://api.pushover.net' } = target
  return json(below(url, '/1/messages.json'), {
    token,
    user,
    title: cut(title, 250),
    message: cut(text, 1_024),
    priority: { high: 1, normal: 0, low: -1 }[urgency],
    timestamp: Math.floor(Date.parse(at) / 1_000),
    ...(device !== undefined && { device })
  })
}

const below = (url: string, path: string) => url.replace(/\/+$/, '') + path

/** At most so many UTF-16 units, and no half of a character. */
function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function cutBytes(text: string, longest: number): string {
  let short = text
  while (Buffer.byteLength(short) > longest) short = cut(short, Math.floor(short.length * 0.9))
  return short
}
