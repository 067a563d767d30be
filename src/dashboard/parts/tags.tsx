import type { ServerRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'

/** The tags of a server: those that were set here, and in outline those that it gives itself. */
export function Tags({ row: { tags, ownTags } }: { row: Pick<ServerRow, 'tags' | 'ownTags'> }) {
  return tags.map((tag) => {
    const own = ownTags.includes(tag)
    return (
      <span
        key={tag}
        class={`tag foreign ${own ? '' : 'claimed'}`}
        title={own ? 'A tag that was set here' : 'A tag that it gives itself'}
      >
        @{tag}
      </span>
    )
  })
}

/** The same, of the server of a page. */
export function TagsOf({ name }: { name: string }) {
  const { servers } = useDesk()
  const row = servers.value.find((one) => one.name === name)
  return row ? <Tags row={row} /> : null
}
