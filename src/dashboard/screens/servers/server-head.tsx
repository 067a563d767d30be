import { useMemo, useState } from 'preact/hooks'
import { clocksApart, clocksDiffer } from '../../../schemas/clock.ts'
import type { PeerView } from '../../../schemas/peer.ts'
import { LetIn } from '../../joining/let-in.tsx'
import { segment } from '../../lib/access/api.ts'
import { asFault } from '../../lib/access/fault.ts'
import { useResource } from '../../lib/data/resource.ts'
import { GRAVITY } from '../../lib/data/rows.ts'
import { useDesk } from '../../lib/desk.ts'
import { causeOf, offsetMs, remedyFor } from '../../lib/problems/problems.ts'
import { wall } from '../../lib/words/format.ts'
import { Ago, When } from '../../parts/ago.tsx'
import { ReadOnly } from '../../parts/failures/read-only.tsx'
import { Icon } from '../../parts/icon.tsx'
import { VerdictMark } from '../../parts/state.tsx'
import { TagsOf } from '../../parts/tags.tsx'
import { ServerFacts } from './server-facts.tsx'

type Ask = 'check' | 'restore' | 'move'

/** A peer's name and state, what can be done with it, and what needs somebody. */
export function ServerHead({ peer }: { peer: PeerView }) {
  const { api, route, peers, histories, toasts, who } = useDesk()
  const [busy, setBusy] = useState(false)
  const checks = useMemo(() => histories.checks(peer.name), [peer.name])
  useResource(checks)

  async function ask(what: Ask) {
    setBusy(true)
    try {
      await api.post(`/cluster/peers/${segment(peer.name)}/${what}`)
    } catch (thrown) {
      toasts.show(asFault(thrown).message, { bad: true })
    }
    peers.refresh()
    checks.refresh()
    setBusy(false)
  }

  return (
    <>
      <div class="head">
        <h1 class="cut foreign">{peer.name}</h1>
        <VerdictMark verdict={peer.state} loud />
        {peer.flapping && <span class="tag warn">unstable</span>}
        <TagsOf name={peer.name} />
        <div class="acts">
          {!who.mayChange() && <ReadOnly />}
          <button
            type="button"
            class="button bad"
            hidden={!who.mayChange()}
            onClick={() => route.set({ do: 'remove', name: peer.name })}
          >
            Remove
          </button>
          {peer.awaits_approval && <LetIn peer={peer} />}
          <button type="button" class="button" onClick={() => ask('check')} disabled={busy}>
            <Icon name="check" /> {busy ? 'Checking…' : 'Check now'}
          </button>
        </div>
      </div>
      <Notices peer={peer} busy={busy} ask={ask} />
      <ServerFacts peer={peer} />
    </>
  )
}

/** What is wrong or asked, each with what can be done. */
function Notices({ peer, busy, ask }: { peer: PeerView; busy: boolean; ask: (what: Ask) => void }) {
  const { who } = useDesk()
  return (
    <>
      <Cause peer={peer} />
      {clocksApart(offsetMs(peer)) && peer.state !== 'skewed' && <p class="notice">{clocksDiffer(offsetMs(peer))}</p>}
      {peer.removed_by && (
        <p class="notice warn">
          <strong class="foreign">Removed by {peer.removed_by}</strong>
          <span class="soft">
            <When at={wall(peer.removed_at)} />
          </span>
        </p>
      )}
      {peer.calls_from && (
        <p class="notice warn">
          <strong class="foreign">It calls from {peer.calls_from}, and answers there.</strong>
          {who.mayChange() && (
            <button type="button" class="button tiny" onClick={() => ask('move')} disabled={busy}>
              It has moved there
            </button>
          )}
        </p>
      )}
      {peer.suspended_by && (
        <p class="notice warn">
          <strong class="foreign">{peer.suspended_by} introduced it, and wants it out of the whole cluster</strong>
          <span class="soft">
            {peer.state === 'suspended' ? 'Its keys open nothing here. ' : 'Nothing was done yet. '}Remove it, or keep
            it.
          </span>
          {who.mayChange() && (
            <button type="button" class="button tiny" onClick={() => ask('restore')} disabled={busy}>
              Keep it
            </button>
          )}
        </p>
      )}
    </>
  )
}

/** Why it is not as it should be, and what to do. */
function Cause({ peer }: { peer: PeerView }) {
  const { servers } = useDesk()
  const row = servers.value.find(({ name }) => name === peer.name)
  if (!row || GRAVITY[peer.state] < 2) return null
  const seen = wall(peer.last_seen_at)
  const remedy = peer.awaits_approval ? undefined : remedyFor(row)
  return (
    <p class={`notice ${GRAVITY[peer.state] < 4 ? 'warn' : 'bad'}`}>
      <strong class="foreign">{peer.error ?? causeOf(row)}</strong>
      {peer.scope_reason && <span class="foreign">{peer.scope_reason}.</span>}
      {!peer.online && (
        <span class="soft">
          Last seen <Ago at={seen} word={seen ? ' ago' : ''} />.{seen && ' Last known values below.'}
        </span>
      )}
      {remedy && <span class="remedy">{remedy}</span>}
    </p>
  )
}
