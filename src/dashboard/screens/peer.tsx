import { useMemo, useState } from 'preact/hooks'
import { clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import type { PeerView } from '../../schemas/peer.ts'
import { longSpan } from '../lib/amounts.ts'
import { segment } from '../lib/api.ts'
import { useDesk } from '../lib/desk.ts'
import { asFault } from '../lib/fault.ts'
import { clock, millis, wall } from '../lib/format.ts'
import { offsetMs } from '../lib/problems.ts'
import { useResource } from '../lib/resource.ts'
import { Ago, Until } from '../parts/ago.tsx'
import { Icon } from '../parts/icon.tsx'
import { ReadOnly } from '../parts/read-only.tsx'
import { VerdictMark } from '../parts/state.tsx'
import { PeerActor } from './peer-actor.tsx'
import { PeerDeployments } from './peer-deployments.tsx'
import { PeerEvents } from './peer-events.tsx'
import { PeerHealth } from './peer-health.tsx'
import { PeerPolicy } from './peer-policy.tsx'

const TABS = [
  ['', 'Health'],
  ['deployments', 'Deployments'],
  ['state', 'State machine'],
  ['events', 'Events'],
  ['policy', 'What it may do']
] as const

/** One peer: how it is, since when, why, what it was before, and what can be done. */
export function Peer({ name }: { name: string }) {
  const { route, peers } = useDesk()
  const peer = peers.data.value?.find((one) => one.name === name)
  const tab = route.path.value[2] ?? ''
  if (!peers.data.value) return <div class="late" aria-busy="true" />
  if (!peer) {
    return (
      <div class="empty">
        <h2 class="foreign">There is no peer named {name}</h2>
        <p>It was removed, or never joined.</p>
        <a class="button" href="/peers">
          All peers
        </a>
      </div>
    )
  }
  return (
    <>
      <Head peer={peer} />
      <nav class="tabs line" aria-label="About this peer">
        {TABS.map(([key, word]) => (
          <a
            key={key}
            href={`/peers/${segment(name)}${key ? `/${key}` : ''}`}
            aria-current={tab === key ? 'page' : undefined}
          >
            {word}
          </a>
        ))}
      </nav>
      {tab === '' && <PeerHealth peer={peer} />}
      {tab === 'deployments' && <PeerDeployments name={name} />}
      {tab === 'state' && <PeerActor peer={peer} />}
      {tab === 'events' && <PeerEvents name={name} />}
      {tab === 'policy' && <PeerPolicy name={name} />}
    </>
  )
}

function Head({ peer }: { peer: PeerView }) {
  const { api, route, peers, histories, toasts, who } = useDesk()
  const [busy, setBusy] = useState(false)
  const checks = useMemo(() => histories.checks(peer.name), [peer.name])
  useResource(checks)

  async function ask(what: 'check' | 'approve' | 'restore') {
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
        {peer.flapping && <span class="tag warn">flapping</span>}
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
          {peer.awaits_approval && who.mayChange() && (
            <button type="button" class="button main" onClick={() => ask('approve')} disabled={busy}>
              <Icon name="tick" /> Let it in
            </button>
          )}
          <button type="button" class="button" onClick={() => ask('check')} disabled={busy}>
            <Icon name="check" /> {busy ? 'Checking…' : 'Check now'}
          </button>
        </div>
      </div>
      {peer.error && !peer.online && (
        <p class="notice bad">
          <strong class="foreign">{peer.error}</strong>
          {peer.scope_reason && <span class="foreign">{peer.scope_reason}.</span>}
          <span class="soft">
            Last seen <Ago at={wall(peer.last_seen_at)} word={wall(peer.last_seen_at) ? ' ago' : ''} />. Figures below
            are from before.
          </span>
        </p>
      )}
      {clocksApart(offsetMs(peer)) && peer.state !== 'skewed' && <p class="notice">{clocksDiffer(offsetMs(peer))}</p>}
      {peer.removed_by && (
        <p class="notice warn">
          <strong class="foreign">Removed by {peer.removed_by}</strong>
          <span class="soft">
            {clock(wall(peer.removed_at) ?? 0)}. Remove it here, or join it again with a new invite.
          </span>
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
      <Facts peer={peer} />
    </>
  )
}

function Facts({ peer }: { peer: PeerView }) {
  const { now } = useDesk()
  const since = wall(peer.since)
  const next = wall(peer.next_check_at)
  const link = linkOf(peer.url)
  const way = wayOf(peer)
  return (
    <dl class="facts">
      <div>
        <dt>In this state for</dt>
        <dd title={since ? clock(since) : ''}>{since ? longSpan(now.value - since) : '–'}</dd>
      </div>
      <div>
        <dt>Latency</dt>
        <dd>{peer.online ? millis(peer.latency_ms) : '–'}</dd>
      </div>
      <div>
        <dt>Next check</dt>
        <dd>{next === undefined ? 'by hand' : <Until at={next} over="now" />}</dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd class="cut foreign">{peer.version ?? 'not told'}</dd>
      </div>
      <div>
        <dt>Travels</dt>
        <dd>{TRANSPORTS[peer.transport]}</dd>
      </div>
      {peer.introduced_by && (
        <div>
          <dt>Introduced by</dt>
          <dd class="cut foreign">{peer.introduced_by}</dd>
        </div>
      )}
      {peer.fingerprint && (
        <div class="long">
          <dt>Fingerprint</dt>
          <dd class="cut mono" title="Compare it with what that server shows under Settings">
            {peer.fingerprint}
          </dd>
        </div>
      )}
      <div class="long">
        <dt>Address</dt>
        <dd class="cut foreign mono" title={peer.url}>
          {link ? (
            <a class="link" href={link} target="_blank" rel="noreferrer">
              {peer.url}
            </a>
          ) : (
            peer.url || 'none'
          )}
        </dd>
      </div>
      {way && (
        <div class="long">
          <dt>Connection</dt>
          <dd>{way}</dd>
        </div>
      )}
    </dl>
  )
}

const TRANSPORTS: Record<PeerView['transport'], string> = {
  insecure: 'plain http, insecure',
  signed: 'plain http, signed',
  tls: 'https',
  pinned: 'https, pinned'
}

/** A peer's address becomes a link only when it leads to a web page: never to a script. */
function linkOf(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? href : undefined
  } catch {
    return undefined
  }
}

/** Who opens the connections, where it is not whoever asks. */
function wayOf({ reach, reach_back }: PeerView): string {
  const ways = [
    reach === 'reverse' && 'It cannot be dialled from here, and is asked over connections that it opens.',
    reach_back === 'reverse' && 'It cannot dial this server, which keeps connections open to it.'
  ]
  return ways.filter(Boolean).join(' ')
}
