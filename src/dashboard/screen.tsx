import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Overview } from './overview/overview.tsx'

const SCREENS: Record<string, () => Promise<ComponentType>> = {
  'first-run': async () => (await import('./screens/first-run.tsx')).FirstRun,
  deployments: async () => (await import('./deployments/deployments.tsx')).Deployments,
  servers: async () => (await import('./screens/servers/servers.tsx')).Servers,
  diagnostics: async () => (await import('./diagnostics/diagnostics.tsx')).Diagnostics,
  events: async () => (await import('./screens/events.tsx')).Events,
  settings: async () => (await import('./screens/settings.tsx')).Settings,
  more: async () => (await import('./screens/more.tsx')).More
}

/** One screen, fetched when it is first looked at. */
export function Screen({ name }: { name: string }) {
  const [loaded, setLoaded] = useState<{ name: string; Body: ComponentType | undefined }>()
  useEffect(() => {
    if (name === '') return
    let here = true
    const show = (Body: ComponentType | undefined) => here && setLoaded({ name, Body })
    void (SCREENS[name]?.() ?? Promise.resolve(undefined)).then(show, () => show(Stale))
    return () => {
      here = false
    }
  }, [name])
  if (name === '') return <Overview />
  if (loaded?.name !== name) return <div class="late" aria-busy="true" />
  return loaded.Body ? <loaded.Body /> : <Nowhere />
}

/** Fetches the screens that were not looked at yet, so that they are there when the node is not. */
export function prefetchScreens() {
  for (const load of [...Object.values(SCREENS), () => import('./parts/palette.tsx'), () => import('./parts/help.tsx')])
    void load().catch(() => {})
}

function Nowhere() {
  return (
    <div class="empty">
      <h2>There is nothing at this address</h2>
      <a class="link" href="/">
        Go to the overview
      </a>
    </div>
  )
}

function Stale() {
  return (
    <div class="empty">
      <h2>This part of the page could not be fetched</h2>
      <p>The node is away, or it was upgraded since this page was opened.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </div>
  )
}
