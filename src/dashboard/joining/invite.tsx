import { useState } from 'preact/hooks'
import { asFault, type Fault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { Until } from '../parts/ago.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Code } from '../parts/forms/copy.tsx'
import { Field } from '../parts/forms/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { LetIn } from './let-in.tsx'
import { useJoined } from './spent.ts'
import type { MadeInvite } from './tokens.ts'

/** Makes an invite, shows its token once, and waits with its maker until somebody has joined by it. */
export function InviteDialog({ close }: { close: () => void }) {
  const { api, peers, tokens, route } = useDesk()
  const [made, setMade] = useState<MadeInvite | undefined>(() => tokens.get(route.param('name')))
  const [fault, setFault] = useState<Fault>()
  const others = (peers.data.value ?? []).filter(({ features }) => features.includes('introduce')).length

  async function make(event: SubmitEvent) {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const said = (name: string) => String(form.get(name) ?? '').trim()
    const wish = { expires_in: said('life'), note: said('note'), expected_name: said('name') }
    const approval = form.get('approval') !== null
    const introduce = form.get('introduce') !== null
    try {
      const body = {
        ...Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== '')),
        ...(approval ? { require_approval: true } : {}),
        ...(introduce ? { introduce: true, introductions: 'accept' } : {})
      }
      const before = new Set(peers.data.value?.map(({ peer_id }) => peer_id))
      const made = { ...(await api.post<Omit<MadeInvite, 'before'>>('/cluster/invite', body)), before }
      if (made.id !== undefined) tokens.set(made.id, made)
      setMade(made)
    } catch (thrown) {
      setFault(asFault(thrown))
    }
  }

  return (
    <Dialog title="Invite a server" close={close}>
      {made ? (
        <Token made={made} close={close} />
      ) : (
        <form class="stack" onSubmit={make}>
          <p class="soft">
            The token lets one server join, once. Whoever joins can see this server and its deployments.
          </p>
          <div class="fields">
            <Field
              focus
              label="Good for"
              name="life"
              as="select"
              options={[
                ['10m', '10 minutes'],
                ['1h', '1 hour'],
                ['8h', '8 hours'],
                ['24h', '24 hours']
              ]}
              value="1h"
            />
            <Field label="Only for a server named" name="name" hint="Any name, when empty" />
          </div>
          <Field label="Note" name="note" hint="For the list of open invites" />
          {others > 0 && (
            <label class="tick">
              <input type="checkbox" name="introduce" defaultChecked />
              Introduce it to the other {others === 1 ? 'peer' : `${others} peers`} of this server, and them to it
            </label>
          )}
          <label class="tick">
            <input type="checkbox" name="approval" />
            Ask me before the server is let in
          </label>
          {fault && (
            <p class="wrong" role="alert">
              {fault.message}
            </p>
          )}
          <footer>
            <button type="submit" class="button main">
              Make the token
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  )
}

function Token({ made, close }: { made: MadeInvite; close: () => void }) {
  const { api, toasts } = useDesk()
  const joined = useJoined(made)
  const whole = made.invite_token.startsWith('frc1.')
  const command = `flatrun-cluster cluster accept '${made.invite_token}'`
  async function revoke() {
    if (made.id === undefined) return close()
    await api
      .remove(`/cluster/invites/${made.id}`)
      .then(close, (thrown: unknown) => toasts.show(asFault(thrown).message, { bad: true }))
  }
  return (
    <>
      <p class="soft">
        Copy it to the other server: into its dashboard under Servers, Join. It is shown again under Open invites as
        long as this page is open, and never after that.
      </p>
      <Code text={made.invite_token} label="the token" focus />
      {whole && (
        <details>
          <summary>On its command line</summary>
          <Code text={command} label="the command" />
        </details>
      )}
      <footer class="waiting">
        {joined?.awaits_approval ? (
          <strong class="foreign" role="status">
            {joined.name} asks to be let in
          </strong>
        ) : joined ? (
          <strong class="state tone-good" role="status">
            <Icon name="tick" /> <span class="foreign">{joined.name} joined</span>
          </strong>
        ) : (
          <span class="soft">
            Waiting for a server · <Until at={wall(made.expires_at) ?? 0} over="the token has expired" />
          </span>
        )}
        <span class="push row">
          {!joined && made.id !== undefined && (
            <button type="button" class="button bare" onClick={revoke}>
              Revoke
            </button>
          )}
          {joined?.awaits_approval && <LetIn peer={joined} />}
          <button type="button" class="button" onClick={close}>
            {joined ? 'Done' : 'Close'}
          </button>
        </span>
      </footer>
    </>
  )
}
