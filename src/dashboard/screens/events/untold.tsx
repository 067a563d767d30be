import type { Timeline, TimelineServer } from '../../../schemas/timeline/timeline.ts'
import { serverAt } from '../../lib/address/places.ts'
import { clock, plural, wall } from '../../lib/words/format.ts'

const NAMED = 4

/** Who did not tell of its past, and who has forgotten a part of what is asked for: a gap is no calm. */
export function Untold({ servers, from }: { servers: Timeline['servers']; from: number | undefined }) {
  const all = Object.values(servers)
  const silent = all.filter(({ answered }) => !answered)
  const forgetful = all.filter(
    ({ answered, remembers_since }) => answered && from !== undefined && (wall(remembers_since) ?? 0) > from
  )
  return (
    <>
      {silent.length > 0 && (
        <p class="notice warn">
          <strong>
            {silent.length} of {plural(all.length, 'server')} did not tell what happened there
          </strong>
          <Named those={silent} why={({ error }) => error ?? 'away'} />
        </p>
      )}
      {forgetful.length > 0 && (
        <p class="notice">
          <strong>Not all of it is remembered</strong>
          <Named those={forgetful} why={({ remembers_since }) => `since ${clock(wall(remembers_since) ?? 0)}`} />
        </p>
      )}
    </>
  )
}

const Named = ({ those, why }: { those: readonly TimelineServer[]; why: (one: TimelineServer) => string }) => (
  <span class="soft foreign">
    {those.slice(0, NAMED).map((one, index) => (
      <span key={one.name}>
        {index > 0 && '; '}
        <a class="link" href={serverAt(one.name)}>
          {one.name}
        </a>{' '}
        ({why(one)})
      </span>
    ))}
    {those.length > NAMED && ` and ${those.length - NAMED} more`}
  </span>
)
