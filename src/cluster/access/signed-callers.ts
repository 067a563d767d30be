import type { KeyObject } from 'node:crypto'
import { ClockSkew, Unauthorized } from '../../errors/requests.ts'
import { CLOCKS_APART_MS } from '../../schemas/clock.ts'
import type { Member } from '../../schemas/peer.ts'
import { createCopies } from '../../security/copies.ts'
import { createReplays } from '../../security/replays.ts'
import { createBoot, readSignature, verifySignature } from '../../security/signatures.ts'
import type { Vault } from '../../security/vault.ts'
import type { Members } from '../../store/members.ts'
import { openSigningKey } from '../membership/keys/signing-keys.ts'

/** A signed request as it came. */
export interface SignedRequest {
  method: string
  path: string
  signatureInput: string
  signature: string
  contentDigest: string | undefined
}

interface SignedCallersOptions {
  members: Members
  vault: Vault
  /** A second process with the key of a member was refused. Told once an hour. */
  onCopy?: (member: Member) => void
  /** A member names the start of this process that its requests are for, and was not known to. Told once. */
  onBound?: (member: Member) => void
  now?: () => number
  /** Time that no setting of the clock changes. */
  monotonic?: () => number
}

const HOUR_MS = 3_600_000
const MOST_OPENED = 20_000
const COPY =
  'Another agent was here first with the same keys: this data path is a copy of a node that is still running. Stop one of them'
const INVALID = 'Invalid or expired token'
/** The feature of those who name the start of the receiver that a request is for. */
const BOUND = 'bound-requests'

/** Who signed a request, and what an answer to it needs. */
export interface Signed {
  member: Member
  keyDigest: string
  bodyDigest: string | undefined
  key: KeyObject
  /** This start of this process. */
  boot: string
  /** It is for another start, or for none although its sender could name this one: it may have been answered already. */
  misdirected: boolean
}

/** Tells which member signed a request: the right key, lately, for this start of this process, and not seen before. */
export function createSignedCallers(options: SignedCallersOptions) {
  const { members, vault, now = Date.now, monotonic = () => performance.now() } = options
  const { onCopy = () => {}, onBound = () => {} } = options
  const boot = createBoot()
  const bound = new Set<string>()
  const replays = createReplays({ now: monotonic })
  const copies = createCopies({ now: monotonic })
  const told = new Map<string, number>()
  const keyOf = createSigningKeys(vault)

  function tellOnce(member: Member): void {
    const last = told.get(member.id)
    if (last !== undefined && monotonic() - last < HOUR_MS) return
    told.set(member.id, monotonic())
    onCopy(member)
  }

  /** What this process has seen is all that it remembers: who can name it must, so that nothing from before comes again. */
  function isMisdirected({ id, features }: Member, to: string | undefined): boolean {
    return to === undefined ? bound.has(id) || features.includes(BOUND) : to !== boot
  }

  function noteBound(member: Member): void {
    if (bound.has(member.id)) return
    bound.add(member.id)
    if (!member.features.includes(BOUND)) onBound(member)
  }

  /** @throws Unauthorized with what is wrong. */
  return function identify(request: SignedRequest): Signed {
    const signature = readSignature(request)
    if (!signature) throw new Unauthorized('The signature has a form that is not understood here')
    const member = members.byKeyDigest(signature.keyId)
    const key = member && keyOf(member, signature.keyId)
    const { method, path } = request
    const parts =
      signature.bodyDigest === undefined ? { method, path } : { method, path, bodyDigest: signature.bodyDigest }
    if (!member || !key || !verifySignature(key, parts, request)) throw new Unauthorized(INVALID)

    const skew = Math.round(now() / 1_000) - signature.created
    if (Math.abs(skew) * 1_000 > CLOCKS_APART_MS.most) throw new ClockSkew(Math.abs(skew))
    const { keyId: keyDigest, bodyDigest, created, nonce, to } = signature
    const known = { member, keyDigest, bodyDigest, key, boot }
    if (isMisdirected(member, to)) return { ...known, misdirected: true }
    if (!replays.isFresh(member.id, { ...nonce, created })) throw new Unauthorized('This request came already')
    if (copies.isCopy(member.id, nonce.boot)) {
      tellOnce(member)
      throw new Unauthorized(COPY)
    }
    if (to !== undefined) noteBound(member)
    return { ...known, misdirected: false }
  }
}

/** The keys by which members sign, opened once. */
function createSigningKeys(vault: Vault) {
  const opened = new Map<string, KeyObject>()

  return function keyOf(member: Member, keyId: string): KeyObject | undefined {
    const known = opened.get(keyId)
    if (known) return known
    const sealed = member.signing?.[keyId]
    if (sealed === undefined) return undefined
    const key = openSigningKey(vault, member.id, sealed)
    // Keys change; those that are asked for again are opened again.
    if (opened.size >= MOST_OPENED) opened.clear()
    opened.set(keyId, key)
    return key
  }
}

export type SignedCallers = ReturnType<typeof createSignedCallers>
