import { BadRequest } from '../../errors/requests.ts'
import type { Member } from '../../schemas/peer.ts'
import { isWide, type Selection, SelectionFault, selected } from '../../schemas/selection/selection.ts'

interface SelectingOptions {
  selfName(): string
  ownTags: readonly string[]
  members: { all(): readonly Pick<Member, 'name' | 'card'>[] }
}

export type Selecting = ReturnType<typeof createSelecting>

/** Which servers a selection means here: this one and its peers, by their names and by the tags that they give themselves. */
export function createSelecting({ selfName, ownTags, members }: SelectingOptions) {
  const servers = () => [
    { name: selfName(), tags: ownTags },
    ...members.all().map(({ name, card }) => ({ name, tags: card?.tags ?? [] }))
  ]

  /** @throws BadRequest where a word, or the whole, means nobody */
  function select(selection: Selection): string[] {
    try {
      return selected(servers(), selection).map(({ name }) => name)
    } catch (fault) {
      if (fault instanceof SelectionFault) throw new BadRequest(`servers: ${fault.message}`)
      throw fault
    }
  }

  /** The same; names alone are not looked up, so that one which is no member can be answered as such. */
  function namesOf(selection: Selection): string[] {
    const { on } = selection
    const names = on.flatMap((text) => text.split(',').flatMap((name) => name.trim() || []))
    return on.length <= 1 && !(selection.not?.length ?? 0) && !wide(names) ? names : select(selection)
  }

  return { ownTags, select, namesOf }
}

const wide = (names: readonly string[]) => names.length > 0 && isWide({ on: [names.join(',')] })
