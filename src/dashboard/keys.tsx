import type { ComponentType } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useDesk } from './lib/desk.ts'

const PLACES: Record<string, string> = {
  o: '/',
  s: '/servers',
  p: '/servers',
  d: '/deployments',
  m: '/diagnostics',
  e: '/events',
  c: '/settings'
}

/** The keyboard: one listener for the page, and what it opens. */
export function Keys() {
  const { route, theme } = useDesk()
  /** What was typed between asking for the search and its being there. */
  const early = useRef('')
  useEffect(() => {
    let went = 0
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault()
        early.current = ''
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
      if (route.param('find') !== '') {
        if (event.key.length > 1) return
        early.current += event.key
        event.preventDefault()
        return
      }
      const to = performance.now() - went < 1500 ? PLACES[event.key] : undefined
      went = 0
      if (to) route.go(to)
      else if (event.key === 'g') went = performance.now()
      else if (event.key === '/') {
        early.current = ''
        route.set({ find: '1' })
      } else if (event.key === '?') route.set({ keys: '1' })
      else if (event.key === 't') theme.set(theme.next())
      else if (event.key === 'f') document.querySelector<HTMLInputElement>('input.search')?.focus()
      else if (event.key === 'x')
        document.activeElement?.closest('tr')?.querySelector<HTMLElement>('.pick input')?.click()
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
      else return
      event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
  return (
    <>
      {route.param('find') !== '' && <Late load={search} early={early} close={() => route.set({ find: '' })} />}
      {route.param('rollout') !== '' && <Late load={rollout} close={() => route.set({ rollout: '' })} />}
      {route.param('keys') !== '' && <Late load={help} close={() => route.set({ keys: '' })} />}
    </>
  )
}

type Opened = ComponentType<{ close: () => void; typed?: string | undefined }>

const search = async (): Promise<Opened> => (await import('./parts/palette.tsx')).Palette
const rollout = async (): Promise<Opened> => (await import('./deployments/rollout-dialog.tsx')).RolloutDialog
const help = async (): Promise<Opened> => (await import('./parts/help.tsx')).Help

/** Fetched when it is first asked for. */
function Late({ load, close, early }: { load: () => Promise<Opened>; close: () => void; early?: { current: string } }) {
  const [Body, setBody] = useState<Opened>()
  useEffect(() => {
    void load().then((loaded) => setBody(() => loaded))
  }, [load])
  return Body ? <Body close={close} typed={early?.current} /> : null
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
