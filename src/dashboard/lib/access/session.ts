import { signal } from '@preact/signals'
import { BASE } from '../address/place.ts'

/** Two agents may be shown in two folders of one server: neither is to get the other's token. */
const KEY = BASE === '/' ? 'flatrun-cluster.token' : `flatrun-cluster.token ${BASE}`

/** Who is signed in here: a bearer token, kept for this tab, or for this browser when that was asked for. */
export function createSession({ tab, browser }: { tab: Storage; browser: Storage }) {
  const token = signal(read(tab) ?? read(browser))

  return {
    token,
    begin(value: string, keep: boolean) {
      write(tab, value)
      write(browser, keep ? value : undefined)
      token.value = value
    },
    end() {
      write(tab, undefined)
      write(browser, undefined)
      token.value = undefined
    }
  }
}

/** The one-time ticket of a printed link (`#ticket=…`). It leaves the address bar and the history before it is used. */
export function takeTicket(page: Window): string | undefined {
  const said = new URLSearchParams(page.location.hash.slice(1))
  const ticket = said.get('ticket') ?? said.get('key')
  if (!ticket) return undefined
  page.history.replaceState(null, '', page.location.pathname + page.location.search)
  return ticket
}

// Storage throws where the browser forbids it; the session then lasts as long as the page.
function read(store: Storage): string | undefined {
  try {
    return store.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

function write(store: Storage, value: string | undefined) {
  try {
    if (value === undefined) store.removeItem(KEY)
    else store.setItem(KEY, value)
  } catch {
    // As above.
  }
}
