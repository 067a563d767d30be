import '../styles/later.css'
import { useState } from 'preact/hooks'
import { asFault, type Fault } from '../lib/access/fault.ts'
import { adviceOn } from '../lib/access/first-run.ts'
import { useDesk } from '../lib/desk.ts'
import { Code } from '../parts/forms/copy.tsx'
import { Field } from '../parts/forms/field.tsx'
import { Mark } from '../parts/mark.tsx'
import { OWN_URL, useHostName, useReached } from './first-run/asking.ts'
import { FirstSteps } from './first-steps.tsx'

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

/** Clustering is off, which is no error: what it gives, and the two things that it needs. */
export function FirstRun() {
  const { api, status } = useDesk()
  const [typed, setTyped] = useState<string>()
  const host = useHostName()
  const name = typed ?? host
  const [url, setUrl] = useState(OWN_URL)
  const [fault, setFault] = useState<Fault>()
  const advice = adviceOn(url, useReached(url))
  const wrongName =
    name !== '' && !NAME.test(name)
      ? 'Letters, digits, dot, dash and underscore; begins and ends with a letter or digit'
      : undefined

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
