import { useState } from 'preact/hooks'
import { segment } from '../lib/access/api.ts'
import { asFault, type Fault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/forms/field.tsx'

/** Says what removing a peer means on both sides, and asks for its name. */
export function RemoveDialog({ name, close }: { name: string; close: () => void }) {
  const { api, route, peers, servers, self, toasts } = useDesk()
  const [typed, setTyped] = useState('')
  const [fault, setFault] = useState<Fault>()
  const row = servers.value.find((server) => server.name === name && !server.self)
  const ours = (row?.peer?.features.length ?? 0) > 0

  async function remove(event: SubmitEvent) {
    event.preventDefault()
    if (typed !== name) return
    try {
      await api.remove(`/cluster/peers/${segment(name)}`)
      peers.refresh()
      toasts.show(`${name} was removed`)
      route.go('/servers')
    } catch (thrown) {
      setFault(asFault(thrown))
    }
  }

  return (
    <Dialog title={`Remove ${name}`} close={close}>
      <form class="stack" onSubmit={remove}>
        <ul class="bullets">
          <li>
            Its access to <b class="foreign">{self.value}</b> ends at once, open connections too.
          </li>
          <li>
            {row?.counts
              ? `Its ${plural(row.counts.total, 'deployment')} go on running and are no longer shown here.`
              : 'Its deployments go on running and are no longer shown here.'}
          </li>
          <li>
            {ours
              ? row?.peer?.online
                ? 'It is told, and shows who removed it.'
                : 'It is away: it is told when it is back, for a day.'
              : 'It is a plain FlatRun agent, which cannot be told: remove this server there as well.'}
          </li>
          <li>To join again, a new invite is needed.</li>
        </ul>
        <Field label={`Type ${name} to remove it`} name="name" onInput={setTyped} focus />
        {fault && (
          <p class="wrong" role="alert">
            {fault.message}
          </p>
        )}
        <footer>
          <button type="button" class="button" onClick={close}>
            Keep it
          </button>
          <button type="submit" class="button bad" disabled={typed !== name}>
            Remove
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
