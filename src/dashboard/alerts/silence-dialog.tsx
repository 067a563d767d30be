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
      const whom = said('whom')
      const tag = whom.startsWith('@') ? whom.slice(1) : ''
      await api.post('/alerts/silences', {
        for: said('for'),
        ...(tag !== '' ? { tag } : whom !== '' && { server: whom }),
        ...(said('reason') && { reason: said('reason') })
      })
      toasts.show(`Nobody is told of ${whom || 'anything'} for now`)
      close(true)
    } catch (thrown) {
      setWrong(asFault(thrown).message)
    }
  }

  const names = servers.value.map(({ name }) => [name, name] as const)
  const tags = [...new Set(servers.value.flatMap((one) => one.tags))].toSorted()
  const tagged = tags.map((tag) => [`@${tag}`, `All with the tag @${tag}`] as const)
  return (
    <Dialog title="Silence" close={() => close(false)}>
      <form class="stack" onSubmit={silence}>
        <p class="soft">Of what is still wrong at its end, people are told then.</p>
        <div class="fields">
          <Field
            focus
            label="Of"
            name="whom"
            as="select"
            options={[['', 'Everything'], ...names, ...tagged]}
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
