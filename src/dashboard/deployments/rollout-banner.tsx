import { useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Icon } from '../parts/icon.tsx'
import { isUnderWay } from './rollouts.ts'

/** What is being restarted on several servers, at the head of every screen, whoever began it. */
export function RolloutBanner() {
  const { rollouts, route } = useDesk()
  useResource(rollouts)
  return rollouts.data.value?.filter(isUnderWay).map(({ id, deployment, servers, status, by }) => {
    const done = servers.filter(({ state }) => state === 'done').length
    return (
      <div class="banner" key={id} role="status">
        <Icon name="restart" />
        <strong class="foreign">
          {status === 'stopping' ? 'Stopping the restart of' : 'Restarting'} {deployment}
        </strong>
        <span class="foreign">
          {done} of {plural(servers.length, 'server')} done, by {by}
        </span>
        <button type="button" class="button tiny push" onClick={() => route.set({ rollout: id })}>
          Show
        </button>
      </div>
    )
  })
}
