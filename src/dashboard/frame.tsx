import { useEffect, useRef } from 'preact/hooks'
import { RolloutBanner } from './deployments/rollout-banner.tsx'
import { Keys } from './keys.tsx'
import { useDesk } from './lib/desk.ts'
import { Ago } from './parts/ago.tsx'
import { Boundary } from './parts/failures/boundary.tsx'
import { Icon, type IconName } from './parts/icon.tsx'
import { Mark } from './parts/mark.tsx'
import { Toasts } from './parts/toasts.tsx'
import { prefetchScreens, Screen } from './screen.tsx'
import { Title } from './title.tsx'

const PLACES: readonly { path: string; icon: IconName; word: string; wide?: boolean }[] = [
  { path: '', icon: 'overview', word: 'Overview' },
  { path: 'servers', icon: 'servers', word: 'Servers' },
  { path: 'deployments', icon: 'deployments', word: 'Deployments' },
  { path: 'events', icon: 'events', word: 'Events' },
  { path: 'diagnostics', icon: 'machines', word: 'Diagnostics', wide: true },
  { path: 'settings', icon: 'settings', word: 'Settings', wide: true }
]

/** The frame around every screen: where am I, is it live, where can I go. */
export function Frame({ unlocked }: { unlocked: boolean }) {
  const { route } = useDesk()
  const name = route.path.value[0] ?? ''
  const place = route.path.value.slice(0, 3).join('/')
  const first = useRef(true)
  // Whoever walks by keys goes on from the top of the new screen, and not from nowhere.
  useEffect(() => {
    if (!first.current && document.activeElement === document.body) document.getElementById('main')?.focus()
    first.current = false
  }, [place])
  useEffect(() => {
    const idle = setTimeout(prefetchScreens, 1500)
    return () => clearTimeout(idle)
  }, [])
  return (
    <div class="frame">
      <Title screen={PLACES.find(({ path }) => path === name)?.word ?? 'FlatRun cluster'} />
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Top unlocked={unlocked} />
      <Rail name={name} />
      <main class="sheet" id="main" tabIndex={-1}>
        {unlocked && (
          <div class="banner">
            <Icon name="warn" />
            <strong>Anyone who reaches this address can do everything here.</strong>
            <span>
              Set <code>auth.enabled: true</code> before it can be reached by others.
            </span>
          </div>
        )}
        <Cut />
        <RolloutBanner />
        <Boundary key={name}>
          <Screen name={name} />
        </Boundary>
      </main>
      <Toasts />
      <Keys />
    </div>
  )
}

function Top({ unlocked }: { unlocked: boolean }) {
  const { self, signOut, route, theme } = useDesk()
  return (
    <header class="top">
      <a class="brand" href="/">
        <Mark />
        <span class="cut foreign">{self.value || 'FlatRun cluster'}</span>
      </a>
      <button type="button" class="find" onClick={() => route.set({ find: '1' })}>
        <Icon name="search" />
        <span>Search servers and deployments</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span class="push" />
      <LivePill />
      <button
        type="button"
        class="button bare icon if-desk"
        aria-label={`Theme: ${theme.theme.value}. Change to ${theme.next()}`}
        title={`Theme: ${theme.theme.value}`}
        onClick={() => theme.set(theme.next())}
      >
        <Icon name={theme.theme.value} />
      </button>
      {!unlocked && (
        <button type="button" class="button bare icon if-desk" aria-label="Sign out" title="Sign out" onClick={signOut}>
          <Icon name="out" />
        </button>
      )}
    </header>
  )
}

function LivePill() {
  const { live, peers, stats } = useDesk()
  const phase = live.phase.value
  const at = Math.max(peers.at.value, stats.at.value)
  return (
    <span class="live" data-phase={phase}>
      <i />
      {phase === 'live' && 'Live'}
      {phase === 'connecting' && 'Connecting…'}
      {phase === 'cut' && (
        <span>
          Reconnecting
          <b>
            , stale for <Ago at={at || live.since.value} />
          </b>
        </span>
      )}
      {phase === 'none' && 'Asking every 10 s'}
    </span>
  )
}

/** Says at the head of every screen that nothing comes in any more; what stands below is dated. */
function Cut() {
  const { live, peers } = useDesk()
  if (live.phase.value !== 'cut' || !peers.fault.value) return null
  return (
    <div class="banner" role="alert">
      <Icon name="warn" />
      <strong>This server does not answer.</strong>
      <span>
        What is shown was true <Ago at={peers.at.value || live.since.value} word=" ago" />. The page asks again by
        itself.
      </span>
    </div>
  )
}

function Rail({ name }: { name: string }) {
  const { servers, peers, problems } = useDesk()
  const found = problems.value.length
  return (
    <nav class="rail" aria-label="Screens">
      {PLACES.map((place) => (
        <a
          key={place.path}
          href={`/${place.path}`}
          class={place.wide ? 'if-desk' : ''}
          aria-current={place.path === name ? 'page' : undefined}
          title={place.word}
        >
          <Icon name={place.icon} />
          <span>{place.word}</span>
          {place.path === '' && peers.data.value && found > 0 && (
            <span class="count bad">
              {found}
              <span class="unseen"> to look at</span>
            </span>
          )}
          {place.path === 'servers' && peers.data.value && (
            <span class="count">
              {servers.value.length}
              <span class="unseen"> in all</span>
            </span>
          )}
        </a>
      ))}
      <a href="/more" class="if-hand" aria-current={name === 'more' ? 'page' : undefined}>
        <Icon name="more" />
        <span>More</span>
      </a>
    </nav>
  )
}
