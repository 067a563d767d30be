import { useRef, useState } from 'preact/hooks'
import type { PeerView } from '../../../schemas/peer.ts'
import { segment } from '../../lib/access/api.ts'
import { asFault } from '../../lib/access/fault.ts'
import { useDesk } from '../../lib/desk.ts'
import { Icon } from '../../parts/icon.tsx'

/** The tags of a peer that are set here, to be changed; and apart from them those that it gives itself. */
export function ServerTags({ peer }: { peer: PeerView }) {
  const { api, peers, who } = useDesk()
  const [wrong, setWrong] = useState<string>()
  const [busy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const { name, own_tags: own = [], tags: said = [] } = peer

  async function put(tags: readonly string[]) {
    setBusy(true)
    try {
      const view = await api.put<PeerView>(`/cluster/peers/${segment(name)}/tags`, { tags })
      peers.put((peers.data.value ?? []).map((one) => (one.peer_id === view.peer_id ? view : one)))
      setWrong(undefined)
      if (field.current && tags.length > own.length) field.current.value = ''
    } catch (thrown) {
      setWrong(asFault(thrown).message)
    }
    setBusy(false)
    // The button that was pressed may be gone with its tag.
    field.current?.focus()
  }

  return (
    <section class="tags">
      <div class="section">
        <h2>Tags</h2>
      </div>
      <p class="soft">
        Tags that are set here also choose it for changes, such as a restart on <code>@prod</code>. By what it says of
        itself it is only found.
      </p>
      <dl class="facts">
        <div class="long">
          <dt>Set here</dt>
          <dd class="row wrap">
            {own.length === 0 && <span class="faint">none</span>}
            {own.map((tag) => (
              <span key={tag} class="tag foreign">
                @{tag}
                {who.mayChange() && (
                  <button
                    type="button"
                    aria-label={`Take away @${tag}`}
                    disabled={busy}
                    onClick={() => put(own.filter((one) => one !== tag))}
                  >
                    <Icon name="cross" size={10} />
                  </button>
                )}
              </span>
            ))}
          </dd>
        </div>
        <div class="long">
          <dt>It says of itself</dt>
          <dd class="row wrap">
            {said.length === 0 && <span class="faint">none</span>}
            {said.map((tag) => (
              <span key={tag} class="tag claimed foreign">
                @{tag}
              </span>
            ))}
          </dd>
        </div>
      </dl>
      {who.mayChange() && (
        <form
          class="row wrap"
          onSubmit={(event) => {
            event.preventDefault()
            const typed = tagsIn(field.current?.value ?? '')
            if (typed.length > 0) void put([...own, ...typed])
          }}
        >
          <input
            ref={field}
            class="input search"
            aria-label="Tags to set here"
            placeholder="prod, eu"
            autoComplete="off"
            spellcheck={false}
          />
          <button type="submit" class="button" disabled={busy}>
            Add
          </button>
        </form>
      )}
      {wrong && (
        <p class="wrong foreign" role="alert">
          {wrong}
        </p>
      )}
    </section>
  )
}

/** The words of a field, with or without the sign that they have elsewhere. */
const tagsIn = (typed: string) =>
  typed
    .split(/[\s,]+/)
    .map((word) => word.replace(/^@/, ''))
    .filter(Boolean)
