import { useState } from 'preact/hooks'
import { asFault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/forms/field.tsx'

const LENGTHS = [
  ['30m', '30 minutes'],
  ['2h', '2 hours'],
  ['8h', '8 hours'],
  ['24h', 'a day'],
  ['7d', 'a week']
] as const

/** Nobody is told of a server for a while. */
export function SilenceDialog({ server, close }: { server: string; close: (changed: boolean) => void }) {
  const { api, servers, toasts } = useDesk()
  const [wrong, setWrong] = useState('')

  async function silence(event: SubmitEvent) {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const said = (name: string) => String(form.get(name) ?? '').trim()
    try {
      await api.post('/alerts/silences', {
        for: said('for'),
        ...(said('server') && { server: said('server') }),
        ...(said('reason') && { reason: said('reason') })
      })
      toasts.show(`Nobody is told of ${said('server') || 'anything'} for now`)
      close(true)
    } catch (thrown) {
      setWrong(asFault(thrown).message)
    }
  }

  const names = servers.value.map(({ name }) => [name, name] as const)
  return (
    <Dialog title="Silence" close={() => close(false)}>
      <form class="stack" onSubmit={silence}>
        <p class="soft">Of what is still wrong at its end, people are told then.</p>
        <div class="fields">
          <Field
            focus
            label="Server"
            name="server"
            as="select"
            options={[['', 'Everything'], ...names]}
            value={server}
          />
          <Field label="For" name="for" as="select" options={LENGTHS} value="2h" />
        </div>
        <Field label="Reason" name="reason" hint="Shown with it" />
        {wrong !== '' && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        <footer>
          <button type="submit" class="button main">
            Silence it
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
