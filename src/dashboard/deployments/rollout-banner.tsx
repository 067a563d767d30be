import { useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Icon } from '../parts/icon.tsx'
import { isUnderWay } from './rollouts.ts'

/** More restarts than these are counted: the screen below is what somebody came for. */
const SHOWN = 3

/** What is being restarted on several servers, at the head of every screen, whoever began it. */
export function RolloutBanner() {
  const { rollouts, route } = useDesk()
  useResource(rollouts)
  const underWay = rollouts.data.value?.filter(isUnderWay) ?? []
  return (
    <>
      {underWay.slice(0, SHOWN).map(({ id, deployment, servers, status, by }) => (
        <div class="banner" key={id} role="status">
          <Icon name="restart" />
          <strong class="foreign">
            {status === 'stopping' ? 'Stopping the restart of' : 'Restarting'} {deployment}
          </strong>
          <span class="foreign">
            {servers.filter(({ state }) => state === 'done').length} of {plural(servers.length, 'server')} done, by {by}
          </span>
          <button type="button" class="button tiny push" onClick={() => route.set({ rollout: id })}>
            Show
          </button>
        </div>
      ))}
      {underWay.length > SHOWN && (
        <p class="banner" role="status">
          and {plural(underWay.length - SHOWN, 'other restart')}
        </p>
      )}
    </>
  )
}
