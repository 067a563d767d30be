import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { derivedKey } from './keys.ts'
import { contentDigest } from './signatures.ts'

/**
 * An answer that is known as a whole, signed for the one request that it answers (RFC 9421 §2.4): on plain http nobody
 * else can answer in a peer's place. It may name the start of the answering process, which the next request is then for.
 */
export interface AnswerParts {
  status: number
  /** SHA-256 of the body, base64. */
  bodyDigest: string
  /** The `Signature` header of the request: it is good for one request, and so is the answer. */
  requestSignature: string
}

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** RFC 9421 §5.1. Versions that know of no starts look only whether the header is there. */
export const WANT_SIGNED = { 'accept-signature': 'flatrun=("@status" "content-digest" "signature";req);boot' }

const PARAMS = '("@status" "content-digest" "signature";req);alg="hmac-sha256"'
const INPUT = /^flatrun=(\("@status" "content-digest" "signature";req\);alg="hmac-sha256"(?:;boot="([\w-]{12})")?)$/
const MAC = /^flatrun=:([A-Za-z0-9+/]{43}=):$/
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/

/** Whether who asked reads the start of the answering process: an older version takes an answer that names it for forged. */
export const wantsBoot = (acceptSignature: unknown) =>
  typeof acceptSignature === 'string' && acceptSignature.endsWith(';boot')

/** The headers of a signed answer. The key is that of the request's signature. */
export function signAnswer(signing: KeyObject, parts: AnswerParts, boot?: string): Record<string, string> {
  const params = boot === undefined ? PARAMS : `${PARAMS};boot="${boot}"`
  return {
    'signature-input': `flatrun=${params}`,
    signature: `flatrun=:${macOf(signing, parts, params).toString('base64')}:`,
    'content-digest': contentDigest(parts.bodyDigest)
  }
}

/** What the signature of an answer says; undefined unless who answered holds the key of the request, and answered this one in this way. */
export function verifyAnswer(
  signing: KeyObject,
  parts: AnswerParts,
  headers: AnswerHeaders
): { boot: string | undefined } | undefined {
  const [, params, boot] = INPUT.exec(text(headers['signature-input'])) ?? []
  const mac = MAC.exec(text(headers.signature))?.[1]
  if (params === undefined || mac === undefined) return undefined
  return timingSafeEqual(macOf(signing, parts, params), Buffer.from(mac, 'base64')) ? { boot } : undefined
}

/** The digest that an answer says its body has. */
export const saidDigest = (headers: AnswerHeaders) => DIGEST.exec(text(headers['content-digest']))?.[1]

/** Another key than that of requests, so that neither can be passed off as the other. */
function answerKey(signing: KeyObject): KeyObject {
  const known = answerKeys.get(signing)
  if (known) return known
  const derived = derivedKey(signing, 'flatrun-cluster answer signature v1')
  answerKeys.set(signing, derived)
  return derived
}
const answerKeys = new WeakMap<KeyObject, KeyObject>()

function macOf(signing: KeyObject, { status, bodyDigest, requestSignature }: AnswerParts, params: string): Buffer {
  const lines = [
    `"@status": ${status}`,
    `"content-digest": ${contentDigest(bodyDigest)}`,
    `"signature";req: ${requestSignature}`,
    `"@signature-params": ${params}`
  ]
  return createHmac('sha256', answerKey(signing)).update(lines.join('\n')).digest()
}

const text = (header: string | string[] | undefined) => (typeof header === 'string' ? header : '')
