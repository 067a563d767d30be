import { PeerUnknown } from '../../errors/members.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Member } from '../../schemas/peer.ts'
import { isWide, type Selectable, type Selection, SelectionFault, selected } from '../../schemas/selection/selection.ts'
import type { Members } from '../../store/members.ts'

interface SelectingOptions {
  selfName(): string
  ownTags: readonly string[]
  members: Pick<Members, 'all' | 'byName' | 'change'>
  events: Pick<EventLog, 'publish'>
}

/** reading: what peers say of themselves counts. changing: only what an operator of this server says; what is taken away, by both. */
export type Purpose = 'reading' | 'changing'

export type Selecting = ReturnType<typeof createSelecting>

/** Every tag of a member: what it says of itself, and what is said of it here. */
export const tagsSaid = (member: Pick<Member, 'card' | 'tags'> | undefined): string[] => [
  ...(member?.tags ?? []),
  ...(member?.card?.tags ?? [])
]

/** Which servers a selection means here: this one and its peers, by their names and tags. */
export function createSelecting({ selfName, ownTags, members, events }: SelectingOptions) {
  const servers = (purpose: Purpose): Selectable[] => [
    { name: selfName(), tags: ownTags },
    ...members.all().map((member) => {
      const { name, tags = [], card } = member
      return purpose === 'reading' ? { name, tags: tagsSaid(member) } : { name, tags, claimed: card?.tags ?? [] }
    })
  ]

  /** @throws BadRequest where a word, or the whole, means nobody */
  function select(selection: Selection, purpose: Purpose): string[] {
    try {
      return selected(servers(purpose), selection).map(({ name }) => name)
    } catch (fault) {
      if (fault instanceof SelectionFault) throw new BadRequest(`servers: ${fault.message}`)
      throw fault
    }
  }

  /** The same; names alone are not looked up, so that one which is no member can be answered as such. */
  function namesOf(selection: Selection, purpose: Purpose): string[] {
    const { on } = selection
    const names = on.flatMap((text) => text.split(',').flatMap((name) => name.trim() || []))
    return on.length <= 1 && !(selection.not?.length ?? 0) && !wide(names) ? names : select(selection, purpose)
  }

  /** What an operator says of a peer from now on. Gives its id. @throws PeerUnknown */
  async function tag(name: string, tags: readonly string[]): Promise<string> {
    const found = members.byName(name)
    if (!found) throw new PeerUnknown(name)
    const unique = [...new Map(tags.map((one) => [one.toLowerCase(), one])).values()]
    await members.change(found.id, ({ tags: _, ...rest }) => ({ ...rest, ...(unique.length > 0 && { tags: unique }) }))
    const reason = unique.length > 0 ? `its tags here: ${unique.join(', ')}` : 'it has no tags here'
    events.publish({ type: 'policy.changed', peer: found.name, peer_id: found.id, reason })
    return found.id
  }

  return { ownTags, select, namesOf, tag }
}

const wide = (names: readonly string[]) => names.length > 0 && isWide({ on: [names.join(',')] })
