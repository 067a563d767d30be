import { type Static, type TProperties, Type } from 'typebox'

const named = { name: Type.Optional(Type.String({ minLength: 1, maxLength: 64, format: 'line' })) }
const address = (description: string) =>
  Type.String({ format: 'http-url', writeOnly: true, maxLength: 2_048, description })
const token = (description: string) =>
  Type.String({
    format: 'header-value',
    minLength: 1,
    writeOnly: true,
    maxLength: 1_024,
    description,
    expected: 'one line of plain characters'
  })
const mail = () => Type.String({ pattern: '@', maxLength: 320, expected: 'a mail address' })

/** One kind of receiver. What is `writeOnly` is a secret, addresses too: who knows them may write there. */
const kind = <Name extends string, Fields extends TProperties>(name: Name, fields: Fields) =>
  Type.Object({ type: Type.Literal(name), ...named, ...fields }, { additionalProperties: false })

export const TARGETS = {
  webhook: kind('webhook', {
    url: address('Where the message is posted to'),
    secret: Type.Optional(
      Type.String({ writeOnly: true, maxLength: 1_024, description: 'Signs the body: HMAC-SHA256 in a header' })
    ),
    template: Type.Optional(
      Type.String({
        maxLength: 8_192,
        // A receiver's key may stand in it.
        writeOnly: true,
        format: 'json-template',
        description: 'The body as JSON, with {{title}}, {{text}} and so on inside of quotes; else the message as it is',
        expected: 'JSON with {{title}}, {{text}}, {{type}}, {{urgency}}, {{server}}, {{at}} or {{id}} inside of quotes'
      })
    )
  }),
  slack: kind('slack', { url: address('The address of an incoming webhook') }),
  discord: kind('discord', { url: address('The address of a webhook of a channel') }),
  teams: kind('teams', { url: address('The address of a workflow that posts what it is sent') }),
  telegram: kind('telegram', {
    token: token('Of the bot'),
    chat: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer()], {
      description: 'The id of a chat, or @channel',
      expected: 'the id of a chat, or @channel'
    }),
    topic: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Of a group with topics' })),
    url: Type.Optional(address('Another Bot API server than api.telegram.org'))
  }),
  gotify: kind('gotify', { url: address('The server'), token: token('Of the application') }),
  pushover: kind('pushover', {
    token: token('Of the application'),
    user: token('The key of a user or a group'),
    device: Type.Optional(Type.String({ maxLength: 25, pattern: '^[A-Za-z0-9_-]+$', description: 'Only this device' })),
    url: Type.Optional(address('Another server than api.pushover.net'))
  }),
  ntfy: kind('ntfy', { url: address('Server and topic'), token: Type.Optional(token('Of a protected topic')) }),
  email: kind('email', {
    smtp: Type.String({
      writeOnly: true,
      format: 'smtp-url',
      maxLength: 2_048,
      expected: 'an address such as smtps://user:password@mail.example.org:465'
    }),
    from: mail(),
    to: Type.Array(mail(), { minItems: 1, maxItems: 50 })
  })
}

export const AlertTarget = Type.Union([
  TARGETS.webhook,
  TARGETS.slack,
  TARGETS.discord,
  TARGETS.teams,
  TARGETS.telegram,
  TARGETS.gotify,
  TARGETS.pushover,
  TARGETS.ntfy,
  TARGETS.email
])
export type AlertTarget = Static<typeof AlertTarget>
export type AlertTargetOf<Name extends AlertTarget['type']> = Extract<AlertTarget, { type: Name }>

const PLACE = /\{\{\s*(\w+)\s*\}\}/g
const WORDS = ['title', 'text', 'type', 'urgency', 'server', 'at', 'id'] as const

/** A template with a message's words in it, as JSON; undefined where that is none. */
export function filledTemplate(template: string, words: Readonly<Record<(typeof WORDS)[number], string>>) {
  let known = true
  const text = template.replace(PLACE, (_, name: string) => {
    const word = WORDS.find((one) => one === name)
    known &&= word !== undefined
    return word === undefined ? '' : JSON.stringify(words[word]).slice(1, -1)
  })
  try {
    JSON.parse(text)
    return known ? text : undefined
  } catch {
    return undefined
  }
}

/** Whether a template gives JSON, whatever it is filled with. */
export function isTemplate(template: string): boolean {
  const hostile = '"\\\n{}'
  const words = { title: hostile, text: hostile, type: '', urgency: '', server: hostile, at: '', id: '' }
  return filledTemplate(template, words) !== undefined
}
