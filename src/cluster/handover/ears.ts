import { LRUCache } from 'lru-cache'
import type { Member } from '../../schemas/peer.ts'
import { pairDigests } from '../../security/identity.ts'
import type { SealingKey } from '../../security/sealing.ts'

/** A member whose word counts, with the digests that only it and this server make. */
export interface Ear {
  member: Member
  digest: (purpose: string, text: string) => string
}

const MOST_DIGESTS = 10_000

/** Those who can be told what this server told, and are believed. */
export function createEars(members: { all(): readonly Member[] }, identity: () => SealingKey) {
  /** By identity: each costs a key agreement. */
  const digests = new LRUCache<string, Ear['digest']>({ max: MOST_DIGESTS })

  function earOf(member: Member): Ear | undefined {
    const { state, card, features } = member
    if (state !== 'active' || !card || !features.includes('told')) return undefined
    try {
      const digest = digests.get(card.identity) ?? pairDigests(identity(), card.identity)
      digests.set(card.identity, digest)
      return { member, digest }
    } catch {
      // An identity that is no key.
      return undefined
    }
  }

  return { of: earOf, all: (): Ear[] => members.all().flatMap((member) => earOf(member) ?? []) }
}
