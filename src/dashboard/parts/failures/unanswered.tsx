import { serverAt } from '../../lib/address/places.ts'
import type { Slices } from '../../lib/data/aggregate.ts'
import { CAUSES } from '../../lib/words/causes.ts'
import { plural } from '../../lib/words/format.ts'
import { Ago } from '../ago.tsx'

const NAMED = 4

/** Says who did not answer, and what is shown in the place of an answer. */
export function Unanswered({ slices }: { slices: Slices | undefined }) {
  const silent = [...(slices?.values() ?? [])].filter(({ online, old, data }) => !online || old || data === undefined)
  if (!slices || silent.length === 0) return null
  return (
    <div class="notice warn">
      <strong>
        {silent.length} of {plural(slices.size, 'server')} did not answer
      </strong>
      <span class="soft">
        {silent.slice(0, NAMED).map((slice, index) => (
          <>
            {index > 0 && '; '}
            <a class="link foreign" href={serverAt(slice.name)}>
              {slice.name}
            </a>{' '}
            ({slice.code ? CAUSES[slice.code] : 'away'}
            {slice.trueAt !== undefined ? (
              <>
                , shown as it was <Ago at={slice.trueAt} word=" ago" />
              </>
            ) : (
              ', nothing known'
            )}
            )
          </>
        ))}
        {silent.length > NAMED && ` and ${silent.length - NAMED} more`}
      </span>
    </div>
  )
}
