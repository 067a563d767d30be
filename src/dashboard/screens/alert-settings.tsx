import { useMemo, useState } from 'preact/hooks'
import type { AlertTest } from '../../schemas/alert.ts'
import { useDesk } from '../lib/desk.ts'
import { asFault, notOffered } from '../lib/fault.ts'
import { field, list, text } from '../lib/reading.ts'
import { createResource, useResource } from '../lib/resource.ts'
import { loadSettings, type Settings, written } from '../lib/settings.ts'
import { FaultNotice } from '../parts/fault.tsx'
import { NotOffered } from '../parts/not-offered.tsx'

/** Who is told when a server goes away or comes back, and whether the message arrives. */
export function AlertSettings() {
  const { api } = useDesk()
  const config = useMemo(() => createResource<Settings>({ load: loadSettings(api) }), [])
  useResource(config)
  if (config.fault.value && notOffered(config.fault.value)) return <NotOffered what="The alert settings" />
  const of = (key: string) => config.data.value?.settings.find((setting) => setting.key === `alerts.${key}`)?.value
  const targets = list(of('targets'))
  return (
    <>
      <FaultNotice of={config} what="the alert settings" />
      {config.data.value && targets.length === 0 && (
        <div class="empty">
          <h2>Nobody is told yet</h2>
          <p>
            Add webhooks, ntfy topics or mail addresses under <code>alerts.targets</code> in the config. One message is
            sent an outage, {written(of('delay'))} after it began, and one when it is over.
          </p>
        </div>
      )}
      {targets.length > 0 && (
        <>
          <p class="soft">
            One message an outage, {written(of('delay'))} after it began, and one when it is over.
            {list(of('maintenance')).length > 0 && ` ${list(of('maintenance')).length} maintenance windows.`}
          </p>
          <Targets targets={targets} />
        </>
      )}
    </>
  )
}

function Targets({ targets }: { targets: readonly unknown[] }) {
  const { api, toasts } = useDesk()
  const [busy, setBusy] = useState(false)

  async function test() {
    setBusy(true)
    try {
      const { targets } = await api.post<AlertTest>('/alerts/test')
      const failed = targets.filter(({ ok }) => !ok)
      toasts.show(
        failed.length === 0
          ? 'The test message was sent to all targets'
          : failed.map(({ target, error }) => `${target}: ${error ?? 'failed'}`).join('; '),
        { bad: failed.length > 0 }
      )
    } catch (thrown) {
      const fault = asFault(thrown)
      toasts.show(notOffered(fault) ? 'This node cannot send test messages' : fault.message, { bad: true })
    }
    setBusy(false)
  }

  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th class="first">Target</th>
            <th>Kind</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target, index) => (
            <tr key={index}>
              <td class="first">
                <span class="cut foreign">{text(field(target, 'name')) || `target ${index + 1}`}</span>
              </td>
              <td class="soft">{text(field(target, 'type')) || 'secret'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="after">
        <button type="button" class="button" onClick={test} disabled={busy}>
          {busy ? 'Sending…' : 'Send a test message'}
        </button>
      </p>
    </>
  )
}
