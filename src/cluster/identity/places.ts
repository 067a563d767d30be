import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Remote } from '../../remote/client.ts'
import { Card } from '../../schemas/joining/card.ts'
import type { Member, Transport } from '../../schemas/peer.ts'
import { dialable, type Self } from '../peers/self.ts'
import { type AllowInsecure, targetOf, transportOf } from '../peers/transport.ts'

export interface PlacesOptions {
  self: Pick<Self, 'dialPolicy' | 'isOwnUrl'>
  remote: Pick<Remote, 'requestDirectly' | 'deadlines'>
  allowInsecure: AllowInsecure
}

/** An address of a member, and how requests travel there. */
export type Place = Pick<Member, 'url' | 'transport' | 'pins'>

export type Places = ReturnType<typeof createPlaces>

const Health = Type.Object({ node_id: Type.String() })
const MAX_BYTES = 16_384
const STRENGTH: Record<Transport, number> = { insecure: 0, signed: 1, tls: 2, pinned: 3 }

/** Addresses at which a member may be: what may be tried, and whether it is there. Changes nothing. */
export function createPlaces({ self, remote, allowInsecure }: PlacesOptions) {
  /** Never from https to http, nor where a pin was to where there is none. */
  async function at(member: Member, given: string): Promise<Place | 'here' | undefined> {
    const { card, url: known, transport: before, reach } = member
    if (!card) return undefined
    const url = dialable(given, self.dialPolicy())
    if (url === known && reach === undefined && member.pins.join() === card.pins.join()) return 'here'
    if (url === undefined || (await self.isOwnUrl(url))) return undefined
    const transport = transportOf(url, { kind: 'sealed', ...card }, allowInsecure)
    return transport === undefined || STRENGTH[transport] < STRENGTH[before]
      ? undefined
      : { url, transport, pins: card.pins }
  }

  const limits = { deadlineMs: remote.deadlines.probeMs, maxBytes: MAX_BYTES }

  return {
    at,

    /** Whether it answers there itself. It is shown the key: for addresses that are its own word. */
    async answers(member: Member, place: Place): Promise<boolean> {
      try {
        const target = targetOf({ ...member, ...place })
        const { status, text } = await remote.requestDirectly(target, { path: '/api/health', ...limits })
        const said: unknown = JSON.parse(text)
        return status === 200 && Check(Health, said) && said.node_id === member.nodeId
      } catch {
        return false
      }
    },

    /**
     * The card of the member that is there, for that of ours: no key travels, and the answer counts only with its
     * signature. So the address may be anybody's word.
     */
    async cardAt(member: Member, place: Place, own: Card): Promise<Card | undefined> {
      if (!member.features.includes('signed-answers')) return undefined
      try {
        const target = targetOf({ ...member, ...place, transport: 'signed' })
        const ask = { method: 'POST' as const, path: '/api/cluster/card', body: own, ...limits }
        const { status, text, own: isItsOwn } = await remote.requestDirectly(target, ask)
        const said: unknown = JSON.parse(text)
        return status === 200 && isItsOwn === true && Check(Card, said) ? said : undefined
      } catch {
        return undefined
      }
    }
  }
}
