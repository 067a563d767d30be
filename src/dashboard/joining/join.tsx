import { useState } from 'preact/hooks'
import { useDesk } from '../lib/desk.ts'
import { span } from '../lib/words/format.ts'
import { Ago } from '../parts/ago.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/forms/field.tsx'
import { Steps } from '../parts/forms/steps.tsx'
import { useAttempt } from './attempt.ts'
import { progressOf, stepsOf } from './steps-of-join.ts'
import { bareToken, saidBy } from './token.ts'

/** Joins a server by its token, step by step. */
export function JoinDialog({ close }: { close: () => void }) {
  const [token, setToken] = useState('')
  const [url, setUrl] = useState('')
  const [whole, setWhole] = useState(false)
  const attempt = useAttempt()
  const { stage, checks, fault, answers } = attempt
  const wish = {
    invite_token: bareToken(token),
    ...(url.trim() ? { peer_url: url.trim() } : {}),
    ...(whole ? { introductions: 'accept' } : {})
  }
  const plain = wish.invite_token !== '' && !wish.invite_token.startsWith('frc1.')
  const busy = stage === 'checking' || stage === 'joining'
  return (
    <Dialog title="Join this server to another" close={close}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (wish.invite_token !== '') void attempt.begin(wish)
        }}
      >
        {stage !== 'joined' && (
          <>
            <Field
              label="Invite token"
              name="token"
              as="textarea"
              hint="Made on the other server under Servers, Invite"
              onInput={setToken}
              required
              focus
            />
            <Told token={wish.invite_token} />
            {plain && (
              <Field
                label="Address of that server"
                name="url"
                hint="This token does not hold one. For example https://node-2.example.net:8090"
                onInput={setUrl}
                required
              />
            )}
            {!plain && (
              <label class="tick">
                <input type="checkbox" checked={whole} onChange={() => setWhole(!whole)} />
                Also join, without asking me, every server that it introduces
              </label>
            )}
          </>
        )}
        {stage !== 'asking' && <Steps steps={[...stepsOf(checks), ...progressOf(stage, { fault, answers })]} />}
        {stage === 'blocked' && <p class="soft">Nothing was spent: the token still works when this is mended.</p>}
        {stage === 'joined' && <Joined {...attempt} />}
        <footer>
          {stage === 'joined' ? (
            <button type="button" class="button main" onClick={close}>
              Done
            </button>
          ) : (
            <button type="submit" class="button main" disabled={busy || wish.invite_token === ''}>
              {busy ? 'Joining…' : stage === 'asking' ? 'Join' : 'Try again'}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  )
}

const Joined = ({ name, answers, pending }: { name: string; answers: boolean; pending: boolean }) => (
  <strong class="foreign" role="status">
    {answers
      ? `This server and ${name} are joined.`
      : pending
        ? `Asked: an operator of ${name} still has to let this server in.`
        : `${name} is stored; waiting for its first answer.`}
  </strong>
)

/** From whom the token is, and how long it is good. */
function Told({ token }: { token: string }) {
  const { now } = useDesk()
  if (!token.startsWith('frc1.')) return null
  const said = saidBy(token)
  if (!said) {
    return (
      <p class="wrong">This is a part of a token, or it was changed when it was copied: copy the whole line again.</p>
    )
  }
  if (said.until <= now.value) {
    return (
      <p class="wrong foreign">
        From {said.from}, but it ended <Ago at={said.until} word=" ago" />: make a new one there.
      </p>
    )
  }
  return (
    <p class="soft foreign" role="status">
      From <b>{said.from}</b>, {span(said.until - now.value)} left
    </p>
  )
}
