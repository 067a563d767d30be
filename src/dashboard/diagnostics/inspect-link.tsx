import { useMemo } from 'preact/hooks'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { loadSettings, type Settings } from '../lib/settings.ts'

/** The way to the inspector, where this server has it on: for one peer, or for everything. */
export function InspectLink({ peer }: { peer?: string | undefined }) {
  const { api } = useDesk()
  const config = useMemo(() => createResource<Settings>({ load: loadSettings(api) }), [])
  useResource(config)
  const on = config.data.value?.settings.some(({ key, value }) => key === 'cluster.inspector.enabled' && value === true)
  if (!on) return null
  return (
    <a class="button" href={peer ? `/inspect?peer=${encodeURIComponent(peer)}` : '/inspect'} data-document>
      Open the inspector
    </a>
  )
}
