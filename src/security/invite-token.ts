import { createHash, randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { PeerName } from '../schemas/names.ts'

const PREFIX = 'frc1.'
/** Of the year 9999: what is later is no date. */
const LAST_SECOND = 253_402_300_799

/** What an invite tells its reader before anything is sent. */
const Content = Type.Object({
  /** The inviter's base URLs, best first. */
  urls: Type.Array(Type.String({ maxLength: 512 }), { minItems: 1, maxItems: 8 }),
  name: PeerName,
  /** Seconds since 1970. */
  exp: Type.Integer({ minimum: 0, maximum: LAST_SECOND }),
  /** One-time X25519 public key, base64url. */
  key: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  /** SHA-256 of the public key of the inviter's certificate, base64url. */
  pin: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })),
  secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
})
export type InviteContent = Omit<Static<typeof Content>, 'secret'>

/** What is wrong with a pasted token, as a sentence. */
export class BadToken extends Error {
  override name = 'BadToken'
}

/** `frc1.<content>.<check>`: the content as base64url of JSON, and 48 bits of its digest against a bad paste. */
export function encodeInvite(content: InviteContent): string {
  const secret = randomBytes(32).toString('base64url')
  const body = Buffer.from(JSON.stringify({ ...content, secret })).toString('base64url')
  return `${PREFIX}${body}.${check(body)}`
}

/** An invite that somebody pasted. Of plain FlatRun's only its maker knows anything; ours is only ever used sealed. */
export type Invitation = { kind: 'plain'; token: string } | ({ kind: 'sealed'; token: string } & InviteContent)

/**
 * Reads a token without using it. The one reader, for the API and the command line: what mail and terminals put in
 * between (line breaks, spaces, a byte order mark) is no part of a token of either kind. @throws BadToken
 */
export function readInvitation(pasted: string): Invitation {
  const token = bareToken(pasted)
  if (token === '') throw new BadToken('is empty; copy the whole line again')
  return token.startsWith(PREFIX) ? { kind: 'sealed', token, ...decode(token) } : { kind: 'plain', token }
}

/** The token in what was pasted: no blanks, line breaks, or characters without width. */
export const bareToken = (pasted: string) => pasted.replace(/[\s\u200b-\u200d\u2060]+/g, '')

function decode(token: string): InviteContent {
  const [, body, sum, ...rest] = token.split('.')
  if (!body || !sum || rest.length > 0 || check(body) !== sum) {
    throw new BadToken('was cut or changed when it was copied; copy the whole line again')
  }
  const content = parse(body)
  if (!Check(Content, content)) throw new BadToken('was made by a version that this one does not understand')
  const { secret: _, ...readable } = content
  return readable
}

function parse(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

const check = (body: string) =>
  createHash('sha256')
    .update(PREFIX + body)
    .digest()
    .subarray(0, 6)
    .toString('base64url')
