import { useEffect, useMemo, useState } from 'preact/hooks'
import type { AlertTest } from '../../schemas/alerts/alert.ts'
import type { AlertsView } from '../../schemas/alerts/alert-api.ts'
import { RemoveTargetDialog } from '../alerts/remove-target.tsx'
import { RulesDialog } from '../alerts/rules-dialog.tsx'
import { RulesInWords } from '../alerts/rules-in-words.tsx'
import { SilenceDialog } from '../alerts/silence-dialog.tsx'
import { DeliveryTable, ProblemTable, SilenceTable, TargetTable } from '../alerts/tables.tsx'
import { TargetDialog } from '../alerts/target-dialog.tsx'
import { asFault, notOffered } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { NotOffered } from '../parts/failures/not-offered.tsx'
import { ReadOnly } from '../parts/failures/read-only.tsx'

/** Who is told when something is wrong, whether messages arrive, and what was sent. */
export function AlertSettings() {
  const { api, live, who } = useDesk()
  const alerts = useMemo(
    () => createResource<AlertsView>({ load: (signal) => api.get('/alerts', signal), everyMs: 15_000 }),
    []
  )
  useResource(alerts)
  const news = live.events.value.findLast(({ type }) => type.startsWith('alert.') || type === 'peer.state')?.id
  useEffect(() => {
    alerts.refresh()
  }, [news])
  if (alerts.fault.value && notOffered(alerts.fault.value)) return <NotOffered what="Alerts" />
  const view = alerts.data.value
  return (
    <>
      <FaultNotice of={alerts} what="the alerts" />
      {view && <Loaded view={view} refresh={alerts.refresh} mayChange={who.mayChange()} />}
    </>
  )
}

type Open =
  | { dialog: 'target' }
  | { dialog: 'remove'; target: AlertsView['targets'][number] }
  | { dialog: 'rules' }
  | { dialog: 'silence'; server: string }
  | undefined

function Loaded({ view, refresh, mayChange }: { view: AlertsView; refresh: () => void; mayChange: boolean }) {
  const { api, toasts, route } = useDesk()
  const [open, setOpen] = useState<Open>()
  const silenced = route.param('silence')
  useEffect(() => {
    if (silenced !== '' && mayChange) setOpen({ dialog: 'silence', server: silenced })
  }, [silenced])
  const [busy, setBusy] = useState(false)

  async function act(work: () => Promise<unknown>) {
    setBusy(true)
    await work().catch((thrown: unknown) => toasts.show(asFault(thrown).message, { bad: true }))
    setBusy(false)
    refresh()
  }
  const closed = (changed: boolean) => {
    setOpen(undefined)
    route.set({ silence: undefined })
    if (changed) refresh()
  }
  async function test(name?: string) {
    const query = name === undefined ? '' : `?target=${encodeURIComponent(name)}`
    const failed = (await api.post<AlertTest>(`/alerts/test${query}`)).targets.filter(({ ok }) => !ok)
    const fine = name === undefined ? 'The test message was sent to all targets' : `${name} took the test message`
    const said = failed.map(({ target, error }) => `${target}: ${error ?? 'failed'}`).join('; ')
    toasts.show(said || fine, { bad: failed.length > 0 })
  }
  const small = (word: string, work: () => Promise<unknown>) => (
    <button type="button" class="button bare tiny" disabled={busy} onClick={() => act(work)}>
      {word}
    </button>
  )

  return (
    <>
      {view.targets.length === 0 ? (
        <div class="empty">
          <h2>Nobody is told yet</h2>
          <p>
            A peer that goes away, a full disk, a deployment that does not run: one message an incident, and one when it
            is over.
          </p>
        </div>
      ) : (
        <TargetTable
          targets={view.targets}
          act={
            mayChange
              ? (target) => (
                  <>
                    {small('Try', () => test(target.name))}
                    {target.from === 'here' && (
                      <button
                        type="button"
                        class="button bare tiny"
                        onClick={() => setOpen({ dialog: 'remove', target })}
                      >
                        Remove
                      </button>
                    )}
                  </>
                )
              : undefined
          }
        />
      )}
      <div class="filters after">
        {mayChange ? (
          <>
            <button type="button" class="button main" onClick={() => setOpen({ dialog: 'target' })}>
              Add a target
            </button>
            {view.targets.length > 0 && (
              <button type="button" class="button" onClick={() => act(() => test())} disabled={busy}>
                Send a test message
              </button>
            )}
            <button type="button" class="button" onClick={() => setOpen({ dialog: 'silence', server: '' })}>
              Silence…
            </button>
            <button type="button" class="button" onClick={() => setOpen({ dialog: 'rules' })}>
              Rules…
            </button>
          </>
        ) : (
          <ReadOnly />
        )}
      </div>
      {view.problems.length > 0 && (
        <Section title="Wrong now">
          <ProblemTable
            problems={view.problems}
            act={
              mayChange
                ? (server) => (
                    <button
                      type="button"
                      class="button bare tiny"
                      onClick={() => setOpen({ dialog: 'silence', server })}
                    >
                      Silence
                    </button>
                  )
                : undefined
            }
          />
        </Section>
      )}
      {view.silences.length > 0 && (
        <Section title="Silences">
          <SilenceTable
            silences={view.silences}
            act={mayChange ? (id) => small('End', () => api.remove(`/alerts/silences/${id}`)) : undefined}
          />
        </Section>
      )}
      {view.deliveries.length > 0 && (
        <Section title="Sent">
          <DeliveryTable deliveries={view.deliveries} />
        </Section>
      )}
      <RulesInWords view={view} />
      {open?.dialog === 'target' && <TargetDialog close={closed} />}
      {open?.dialog === 'remove' && <RemoveTargetDialog target={open.target} close={closed} />}
      {open?.dialog === 'rules' && <RulesDialog view={view} close={closed} />}
      {open?.dialog === 'silence' && <SilenceDialog server={open.server} close={closed} />}
    </>
  )
}

function Section({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <>
      <div class="section">
        <h2>{title}</h2>
      </div>
      {children}
    </>
  )
}
