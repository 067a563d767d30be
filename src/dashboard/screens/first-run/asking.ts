import { useEffect, useState } from 'preact/hooks'
import { BASE, below } from '../../lib/address/place.ts'
import { useDesk } from '../../lib/desk.ts'
import { loadSettings } from '../../lib/settings.ts'

/** Where this page was loaded from is where peers may reach the server, too. */
export const OWN_URL = location.origin + BASE.replace(/\/$/, '')
const TYPED_MS = 400

/** Whether the server answers at an address; undefined where the page cannot try it, or does not know yet. */
export function useReached(url: string): boolean | undefined {
  const [reached, setReached] = useState<boolean>()
  useEffect(() => {
    setReached(undefined)
    // The page can try an address only where it came from itself; anything else its policy forbids.
    if (!url.startsWith(OWN_URL)) return
    const leaving = new AbortController()
    const timer = setTimeout(() => {
      fetch(below('/api/health'), { signal: leaving.signal }).then(
        ({ ok }) => setReached(ok),
        () => leaving.signal.aborted || setReached(false)
      )
    }, TYPED_MS)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [url])
  return reached
}

/** What the server would be called if nobody gave it a name: that of its machine. */
export function useHostName(): string {
  const { api } = useDesk()
  const [host, setHost] = useState('')
  useEffect(() => {
    const leaving = new AbortController()
    loadSettings(api)(leaving.signal).then(
      ({ settings }) => setHost(String(settings.find(({ key }) => key === 'cluster.server_name')?.value ?? '')),
      () => {}
    )
    return () => leaving.abort()
  }, [])
  return host
}
