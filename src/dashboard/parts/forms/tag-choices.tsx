import type { Selectable } from '../../../schemas/selection/selection.ts'
import { compare } from '../../lib/data/rows.ts'
import { useDesk } from '../../lib/desk.ts'

const MOST = 12

/** The tags of the servers, to be chosen with a click; a chosen one is a word of the filter, as if it had been typed. */
export function TagChoices({ servers, grouping }: { servers: readonly Selectable[]; grouping?: boolean }) {
  const { route } = useDesk()
  const tags = tagsOf(servers)
  if (tags.length === 0) return null
  const words = route.param('q').split(/\s+/).filter(Boolean)
  const grouped = route.param('group') === 'tag'
  return (
    <div class="tabs" role="group" aria-label="Tags">
      {tags.slice(0, MOST).map(([tag, count]) => {
        const word = `@${tag}`
        const on = words.includes(word)
        const next = on ? words.filter((one) => one !== word) : [...words, word]
        return (
          <button key={tag} type="button" aria-pressed={on} onClick={() => route.set({ q: next.join(' ') })}>
            <span class="foreign">{word}</span> <small>{count}</small>
          </button>
        )
      })}
      {grouping && (
        <button
          type="button"
          aria-pressed={grouped}
          onClick={() => route.set({ group: grouped ? undefined : 'tag', sort: undefined, dir: undefined })}
        >
          Group by tag
        </button>
      )}
    </div>
  )
}

/** The tags that servers have, the most frequent first. */
function tagsOf(servers: readonly Selectable[]): [tag: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { tags } of servers) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].sort(([a, many], [b, few]) => few - many || compare(a, b))
}
