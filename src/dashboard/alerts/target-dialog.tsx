import { useState } from 'preact/hooks'
import type { AlertSettings } from '../../schemas/alerts/alert-api.ts'
import { asFault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Field } from '../parts/forms/field.tsx'
import { changeSettings } from './changing.ts'
import { fieldsOf, KINDS, type TargetField } from './kinds.ts'

type Target = NonNullable<AlertSettings['targets']>[number]

/** Makes a target, and sends a test message to it at once: a target that nobody tried is none. */
export function TargetDialog({ close }: { close: (changed: boolean) => void }) {
  const { api, toasts } = useDesk()
  const [type, setType] = useState('slack')
  const [wrong, setWrong] = useState('')
  const [busy, setBusy] = useState(false)

  async function make(event: SubmitEvent) {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const said = (name: string) => String(form.get(name) ?? '').trim()
    const given = fieldsOf(type).flatMap((field) =>
      said(field.name) === '' ? [] : [[field.name, sent(field, said(field.name))]]
    )
    const target = { ...Object.fromEntries(given), type, name: said('name') } as Target
    setBusy(true)
    try {
      await changeSettings(api, ({ settings }) => ({ ...settings, targets: [...(settings.targets ?? []), target] }))
      close(true)
      toasts.show(`${target.name} was added; a test message is on its way`)
      const { targets } = await api.post<{ targets: { ok: boolean; error?: string }[] }>(
        `/alerts/test?target=${encodeURIComponent(target.name)}`
      )
      const failed = targets.find(({ ok }) => !ok)
      toasts.show(failed ? `${target.name}: ${failed.error ?? 'failed'}` : `${target.name} took the test message`, {
        bad: failed !== undefined
      })
      close(true)
    } catch (thrown) {
      setWrong(asFault(thrown).message)
    }
    setBusy(false)
  }

  return (
    <Dialog title="Add a target" close={() => close(false)}>
      <form class="stack" onSubmit={make}>
        <div class="fields">
          <Field focus label="Kind" name="type" as="select" options={KINDS} value={type} onInput={setType} />
          <Field label="Name" name="name" hint="As it is called in events and here" required />
        </div>
        {fieldsOf(type).map(({ name, label, hint, optional }) => (
          <Field
            key={`${type} ${name}`}
            label={optional ? `${label}, if there is one` : label}
            name={name}
            {...(hint && { hint })}
            required={!optional}
          />
        ))}
        <p class="soft">Addresses and tokens are kept sealed, and never shown again.</p>
        {wrong !== '' && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
        <footer>
          <button type="submit" class="button main" disabled={busy}>
            Add and try it
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function sent({ list, number }: TargetField, text: string): unknown {
  if (list) return text.split(/[,\s]+/).filter(Boolean)
  return number && /^-?\d+$/.test(text) ? Number(text) : text
}
