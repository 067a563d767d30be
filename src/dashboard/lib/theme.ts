import { effect, signal } from '@preact/signals'

const KEY = 'flatrun-cluster.theme'
const ORDER = ['system', 'light', 'dark'] as const
export type Theme = (typeof ORDER)[number]

/** Light, dark, or what the system says. `public/theme.js` applies the same choice before the first paint. */
export function createTheme(page: Window) {
  const root = page.document.documentElement
  const theme = signal<Theme>(ORDER.find((name) => name === root.dataset.theme) ?? 'system')

  effect(() => {
    if (theme.value === 'system') delete root.dataset.theme
    else root.dataset.theme = theme.value
  })

  return {
    theme,
    set(next: Theme) {
      theme.value = next
      try {
        if (next === 'system') page.localStorage.removeItem(KEY)
        else page.localStorage.setItem(KEY, next)
      } catch {
        // A browser that keeps nothing shows the choice until the page is left.
      }
    },
    next: () => ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? 'system'
  }
}
