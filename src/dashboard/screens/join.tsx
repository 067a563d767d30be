import { useState } from 'preact/hooks'
import { useDesk } from '../lib/desk.ts'
import { asFault, type Fault } from '../lib/fault.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { VerdictMark } from '../parts/state.tsx'

const STEPS = ['Read the token', 'Reach the other server', 'Exchange keys', 'See it answer'] as const

/** At which step a join failed, by the code of the answer; what to do is in its sentence. */
const FAILED_AT: Record<string, number> = {
  peer_unreachable: 1,
  peer_timeout: 1,
  join_interrupted: 1,
  insecure_transport: 1,
  exchange_rejected: 2,
  peer_bad_answer: 2,
  name_conflict: 2,
  sealed_only: 2,
  already_joined: 2
}

/** Joins a server by its token, and shows how far it came. */
export function JoinDialog({ close }: { close: () => void }) {
  const { api, peers } = useDesk()
  const [token, setToken] = useState('')
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault>()
  const [peer, setPeer] = useState<string>()
  const plain = token.trim() !== '' && !token.trim().startsWith('frc1.')

  async function join(event: SubmitEvent) {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement) || token.trim() === '') return
    const url = String(new FormData(event.currentTarget).get('url') ?? '').trim()
    setBusy(true)
    setFault(undefined)
    try {
      const body = { invite_token: token.trim(), ...(url ? { peer_url: url } : {}) }
      const answer = await api.post<{ peer_name: string }>('/cluster/accept', body)
      setPeer(answer.peer_name)
      peers.refresh()
    } catch (thrown) {
      setFault(asFault(thrown))
    }
    setBusy(false)
  }

  return (
    <Dialog title="Join a server" close={close}>
      <form class="stack" onSubmit={join}>
        {peer === undefined && (
          <>
            <Field
              label="Invite token"
              name="token"
              as="textarea"
              hint="Made on the other server under Peers, Invite"
              onInput={setToken}
              required
              focus
            />
            {plain && (
              <Field
                label="Address of that server"
                name="url"
                hint="This token does not hold one. For example https://node-2.example.net:8090"
                required
              />
            )}
          </>
        )}
        {(busy || fault || peer !== undefined) && <Progress fault={fault} busy={busy} peer={peer} />}
        <footer>
          {peer === undefined ? (
            <button type="submit" class="button main" disabled={busy || token.trim() === ''}>
              {fault ? 'Try again' : 'Join'}
            </button>
          ) : (
            <button type="button" class="button main" onClick={close}>
              Done
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  )
}

function Progress({ fault, busy, peer }: { fault: Fault | undefined; busy: boolean; peer: string | undefined }) {
  const { peers } = useDesk()
  const joined = peers.data.value?.find(({ name }) => name === peer)
  const answers = joined?.state === 'online'
  const at = fault ? (FAILED_AT[fault.code] ?? 0) : peer === undefined ? 1 : answers ? STEPS.length : 3
  return (
    <ol class="steps" aria-live="polite">
      {STEPS.map((step, index) => {
        const state = index < at ? 'done' : index > at ? 'next' : fault ? 'failed' : 'now'
        return (
          <li key={step} data-state={state}>
            <span class="dot">
              {state === 'done' ? (
                <Icon name="tick" size={12} />
              ) : state === 'failed' ? (
                <Icon name="cross" size={12} />
              ) : null}
            </span>
            <span>
              {step}
              {state === 'failed' && fault && <p class="wrong foreign">{fault.message}</p>}
              {state === 'now' && busy && <span class="faint"> …</span>}
              {index === 3 && joined && !answers && (
                <p class="soft">
                  <VerdictMark verdict={joined.state} />
                </p>
              )}
            </span>
          </li>
        )
      })}
      {peer !== undefined && (
        <li data-state={answers ? 'done' : 'next'}>
          <span />
          <strong class="foreign">
            {answers ? `${peer} has joined.` : `${peer} is stored; waiting for its first answer.`}
          </strong>
        </li>
      )}
    </ol>
  )
}
