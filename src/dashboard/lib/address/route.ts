import { computed, signal } from '@preact/signals'
import { BASE, below } from './place.ts'
import { movedTo } from './places.ts'

/**
 * The address bar as signals: every state of a list that is worth sending to somebody lives there. Addresses are those
 * of the dashboard, `/servers`, wherever on its server that lies.
 */
export function createRoute(page: Window, base = BASE) {
  const inside = ({ pathname, search }: { pathname: string; search: string }) =>
    (pathname.startsWith(base) ? pathname.slice(base.length - 1) : '/') + search
  const href = signal('')
  const url = computed(() => new URL(href.value, page.location.origin))
  const path = computed(() => url.value.pathname.split('/').filter(Boolean).map(decoded))
  const query = computed(() => url.value.searchParams)

  const read = () => {
    const place = inside(page.location)
    const moved = movedTo(place)
    if (moved !== undefined) page.history.replaceState(null, '', below(moved, base) + page.location.hash)
    href.value = moved ?? place
  }
  read()
  page.addEventListener('popstate', read)

  function go(to: string, { replace = false } = {}) {
    if (to === href.value) return
    const moved = new URL(to, page.location.origin).pathname !== url.value.pathname
    if (replace) page.history.replaceState(null, '', below(to, base))
    else page.history.pushState(null, '', below(to, base))
    read()
    if (moved) page.scrollTo(0, 0)
  }

  /** Sets or, with undefined or '', drops parameters of the query, in place. */
  function set(values: Record<string, string | undefined>, { replace = true } = {}) {
    const next = new URLSearchParams(query.value)
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    const text = next.toString()
    go(url.value.pathname + (text === '' ? '' : `?${text}`), { replace })
  }

  // Plain links stay plain links: opened in a new tab, copied, followed without a reload.
  page.document.addEventListener('click', (event) => {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || link.target || link.hasAttribute('download') || link.origin !== page.location.origin) return
    if (!link.pathname.startsWith(base) || link.pathname.startsWith(`${base}api/`)) return
    if (link.hasAttribute('data-document') || link.hash) return
    event.preventDefault()
    go(inside(link))
  })

  return { href, path, query, param: (name: string) => query.value.get(name) ?? '', go, set }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
