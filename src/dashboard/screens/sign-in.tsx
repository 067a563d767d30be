import '../styles/later.css'
import { useEffect, useRef, useState } from 'preact/hooks'
import { asFault, type Fault } from '../lib/access/fault.ts'
import type { Gate } from '../lib/access/gate.ts'
import { Mark } from '../parts/mark.tsx'

/** One field: an operator's key. */
export function SignIn({ gate }: { gate: Gate }) {
  const [fault, setFault] = useState<Fault>()
  const [busy, setBusy] = useState(false)
  const [wait, setWait] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const keep = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  useEffect(() => {
    if (wait <= 0) return
    const timer = setTimeout(() => setWait(wait - 1), 1000)
    return () => clearTimeout(timer)
  }, [wait])

  async function submit(event: SubmitEvent) {
    event.preventDefault()
    const key = input.current?.value.trim() ?? ''
    if (key === '') return input.current?.focus()
    setBusy(true)
    try {
      await gate.signIn({ api_key: key }, keep.current?.checked ?? false)
    } catch (thrown) {
      const fault = asFault(thrown)
      setFault(fault)
      setWait(fault.retryAfterS ?? 0)
      setBusy(false)
      input.current?.select()
    }
  }

  return (
    <main class="alone sign-in">
      <form onSubmit={submit} aria-label="Sign in">
        <Mark />
        <h1>Sign in to this server</h1>
        {gate.ticketUsed && (
          <p class="notice warn">That link has been used or is too old. Sign in with a key instead.</p>
        )}
        <div class="field">
          <label for="key">Operator key</label>
          <input
            ref={input}
            id="key"
            class="input"
            type="password"
            autoComplete="current-password"
            spellcheck={false}
            aria-invalid={fault !== undefined}
            aria-describedby="key-said"
          />
          <small id="key-said" class={fault ? 'wrong' : ''} role={fault ? 'alert' : undefined}>
            {wait > 0
              ? `Too many attempts. Try again in ${wait} s.`
              : (fault?.message ?? 'Its file was named when the agent started.')}
          </small>
        </div>
        <label class="tick">
          <input ref={keep} type="checkbox" />
          Keep me signed in on this browser
        </label>
        <button type="submit" class="button main" disabled={busy || wait > 0}>
          Sign in
        </button>
      </form>
    </main>
  )
}
