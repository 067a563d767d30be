import { useEffect } from 'preact/hooks'
import { useDesk } from './lib/desk.ts'
import { Dialog } from './parts/dialog.tsx'
import { Palette } from './parts/palette.tsx'

const PLACES: Record<string, string> = {
  o: '/',
  p: '/peers',
  d: '/deployments',
  s: '/servers',
  m: '/machines',
  e: '/events',
  c: '/settings'
}

const HELP = [
  ['Ctrl K or /', 'Search servers and deployments'],
  ['g then o p d s m e c', 'Overview, peers, deployments, servers, machines, events, settings'],
  ['f', 'Filter the list'],
  ['j k, Enter', 'Walk through the list, open'],
  ['t', 'Change the theme'],
  ['?', 'These keys'],
  ['Esc', 'Close']
] as const

/** The keyboard: one listener for the page, and what it opens. */
export function Keys() {
  const { route, theme } = useDesk()
  useEffect(() => {
    let went = 0
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        route.set({ find: '1', keys: '' })
        return
      }
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        typing(event.target) ||
        document.querySelector('dialog[open]')
      )
        return
      const to = performance.now() - went < 1500 ? PLACES[event.key] : undefined
      went = 0
      if (to) route.go(to)
      else if (event.key === 'g') went = performance.now()
      else if (event.key === '/') route.set({ find: '1' })
      else if (event.key === '?') route.set({ keys: '1' })
      else if (event.key === 't') theme.set(theme.next())
      else if (event.key === 'f') document.querySelector<HTMLInputElement>('input.search')?.focus()
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
      else return
      event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
  return (
    <>
      {route.param('find') !== '' && <Palette close={() => route.set({ find: '' })} />}
      {route.param('keys') !== '' && (
        <Dialog title="Keys" close={() => route.set({ keys: '' })}>
          <dl class="keys">
            {HELP.map(([keys, what]) => (
              <>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{what}</dd>
              </>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  )
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}

function step(by: number) {
  const links = [...document.querySelectorAll<Element>('.sheet tbody a.name')]
  const at = document.activeElement ? links.indexOf(document.activeElement) : -1
  const next = links[Math.min(links.length - 1, Math.max(0, at + by))]
  if (next instanceof HTMLElement) next.focus()
}
