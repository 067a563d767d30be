import { computed, signal } from '@preact/signals'

export type Route = ReturnType<typeof createRoute>

/** The address bar as signals: every state of a list that is worth sending to somebody lives there. */
export function createRoute(page: Window) {
  const href = signal(page.location.pathname + page.location.search)
  const url = computed(() => new URL(href.value, page.location.origin))
  const path = computed(() => url.value.pathname.split('/').filter(Boolean).map(decoded))
  const query = computed(() => url.value.searchParams)

  const read = () => {
    href.value = page.location.pathname + page.location.search
  }
  page.addEventListener('popstate', read)

  function go(to: string, { replace = false } = {}) {
    if (to === href.value) return
    const moved = new URL(to, page.location.origin).pathname !== page.location.pathname
    if (replace) page.history.replaceState(null, '', to)
    else page.history.pushState(null, '', to)
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
    if (link.pathname.startsWith('/api/') || link.hasAttribute('data-document') || link.hash) return
    event.preventDefault()
    go(link.pathname + link.search)
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
