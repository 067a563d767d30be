import '../styles/later.css'
import { useEffect, useState } from 'preact/hooks'
import { asFault, type Fault } from '../lib/access/fault.ts'
import { adviceOn } from '../lib/access/first-run.ts'
import { BASE, below } from '../lib/address/place.ts'
import { useDesk } from '../lib/desk.ts'
import { loadSettings } from '../lib/settings.ts'
import { Code } from '../parts/forms/copy.tsx'
import { Field } from '../parts/forms/field.tsx'
import { Mark } from '../parts/mark.tsx'
import { FirstSteps } from './first-steps.tsx'

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

/** Where this page was loaded from is where peers may reach the server, too. */
const OWN_URL = location.origin + BASE.replace(/\/$/, '')

/** Clustering is off, which is no error: what it gives, and the two things that it needs. */
export function FirstRun() {
  const { api, status } = useDesk()
  const [typed, setTyped] = useState<string>()
  const [host, setHost] = useState('')
  const name = typed ?? host
  const [url, setUrl] = useState(OWN_URL)
  const [reached, setReached] = useState<boolean>()
  const [fault, setFault] = useState<Fault>()
  const advice = adviceOn(url, reached)
  const wrongName =
    name !== '' && !NAME.test(name)
      ? 'Letters, digits, dot, dash and underscore; begins and ends with a letter or digit'
      : undefined

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
    }, 400)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [url])

  // What the server would be called if nobody gave it a name: that of its machine.
  useEffect(() => {
    const leaving = new AbortController()
    loadSettings(api)(leaving.signal).then(
      ({ settings }) => setHost(String(settings.find(({ key }) => key === 'cluster.server_name')?.value ?? '')),
      () => {}
    )
    return () => leaving.abort()
  }, [])

  async function enable(event: SubmitEvent) {
    event.preventDefault()
    try {
      await api.post('/cluster/setup', { server_name: name, advertise_url: url })
      status.refresh()
    } catch (thrown) {
      setFault(asFault(thrown))
    }
  }

  const yaml = `cluster:\n  enabled: true\n  server_name: ${name || 'this-server'}\n  advertise_url: ${url}`
  return (
    <main class="alone first-run">
      <form onSubmit={enable} aria-label="Turn clustering on">
        <Mark />
        <h1>Join this server with others</h1>
        <p class="soft">
          Each server then watches the others, shows the deployments of all of them, and passes requests on. Nothing is
          joined before you invite a server, or accept an invite.
        </p>
        <Field
          label="Name of this server"
          name="name"
          hint="How the others call it"
          wrong={wrongName}
          value={host}
          onInput={setTyped}
          required
          focus
        />
        <Field label="Address at which the others reach it" name="url" value={url} onInput={setUrl} required />
        <ul class="advice" aria-live="polite">
          {advice.map(({ kind, text }) => (
            <li key={text} class={`tone-${kind}`}>
              {text}
            </li>
          ))}
        </ul>
        {fault && (
          <p class="wrong" role="alert">
            {fault.message}
          </p>
        )}
        <button type="submit" class="button main" disabled={name === '' || wrongName !== undefined}>
          Turn clustering on
        </button>
        <FirstSteps />
        <details>
          <summary>The same in the config</summary>
          <Code text={yaml} label="the config" />
        </details>
      </form>
    </main>
  )
}
