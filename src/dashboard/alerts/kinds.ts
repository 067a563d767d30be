import type { AlertTarget } from '../../schemas/alerts/alert-target.ts'

type Kind = AlertTarget['type']

export interface TargetField {
  name: string
  label: string
  hint?: string
  optional?: true
  /** Several, with commas or lines between them. */
  list?: true
  /** Digits are a number. */
  number?: true
}

const KIND_WORDS: Record<Kind, string> = {
  slack: 'Slack',
  discord: 'Discord',
  teams: 'Microsoft Teams',
  telegram: 'Telegram',
  gotify: 'Gotify',
  pushover: 'Pushover',
  ntfy: 'ntfy',
  email: 'Mail',
  webhook: 'Webhook'
}

/** What a person gives for each kind of target, in the words of the receiver's own pages. */
const FIELDS: Record<Kind, readonly TargetField[]> = {
  slack: [{ name: 'url', label: 'Address of the incoming webhook' }],
  discord: [{ name: 'url', label: 'Address of the webhook' }],
  teams: [{ name: 'url', label: 'Address of the workflow', hint: 'One that posts when a webhook request is received' }],
  telegram: [
    { name: 'token', label: 'Token of the bot' },
    { name: 'chat', label: 'Chat', hint: 'Its id, or @channel', number: true },
    { name: 'topic', label: 'Topic', hint: 'Of a group that has topics', optional: true, number: true },
    { name: 'url', label: 'Another Bot API server', hint: 'Instead of https://api.telegram.org', optional: true }
  ],
  gotify: [
    { name: 'url', label: 'Address of the server' },
    { name: 'token', label: 'Token of the application' }
  ],
  pushover: [
    { name: 'token', label: 'Token of the application' },
    { name: 'user', label: 'Key of the user or group' },
    { name: 'device', label: 'Only this device', optional: true },
    { name: 'url', label: 'Another server', hint: 'Instead of https://api.pushover.net', optional: true }
  ],
  ntfy: [
    { name: 'url', label: 'Address of the topic', hint: 'https://ntfy.sh/a-name-that-nobody-guesses' },
    { name: 'token', label: 'Token', hint: 'Of a protected topic', optional: true }
  ],
  email: [
    { name: 'smtp', label: 'Mail server', hint: 'smtps://user:password@mail.example.org:465' },
    { name: 'from', label: 'From' },
    { name: 'to', label: 'To', hint: 'Several with commas between them', list: true }
  ],
  webhook: [
    { name: 'url', label: 'Address' },
    { name: 'secret', label: 'Secret that signs', optional: true },
    { name: 'template', label: 'Template of the body', hint: '{"text": "{{title}}: {{text}}"}', optional: true }
  ]
}

export const KINDS = Object.entries(KIND_WORDS)
export const kindWord = (type: string) => KINDS.find(([kind]) => kind === type)?.[1] ?? type
export const fieldsOf = (type: string) => Object.entries(FIELDS).find(([kind]) => kind === type)?.[1] ?? []
