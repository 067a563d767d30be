import { useMemo, useState } from 'preact/hooks'
import { clocksApart, clocksDiffer } from '../../../schemas/clock.ts'
import type { PeerView } from '../../../schemas/peer.ts'
import { LetIn } from '../../joining/let-in.tsx'
import { segment } from '../../lib/access/api.ts'
import { asFault } from '../../lib/access/fault.ts'
import { serverAt } from '../../lib/address/places.ts'
import { useResource } from '../../lib/data/resource.ts'
import { useDesk } from '../../lib/desk.ts'
import { offsetMs } from '../../lib/problems/problems.ts'
import { longSpan } from '../../lib/words/amounts.ts'
import { clock, millis, wall } from '../../lib/words/format.ts'
import { Ago, Until } from '../../parts/ago.tsx'
import { ReadOnly } from '../../parts/failures/read-only.tsx'
import { Icon } from '../../parts/icon.tsx'
import { VerdictMark } from '../../parts/state.tsx'
import { UsageOf } from '../usage.tsx'
import { ServerAccess } from './server-access.tsx'
import { ServerDeployments } from './server-deployments.tsx'
import { ServerEvents } from './server-events.tsx'
import { ServerHealth } from './server-health.tsx'

const TABS = [
  ['', 'Health'],
  ['usage', 'Usage'],
  ['deployments', 'Deployments'],
  ['events', 'Events'],
  ['access', 'Access']
] as const
/** Nobody checks this server from here, and it has no key to itself. */
const OF_PEERS: readonly string[] = ['', 'access']

/** One server: how it is, since when, why, what it was before, and what can be done. */
export function ServerPage({ name }: { name: string }) {
  const { route, peers, self } = useDesk()
  const own = name === self.value
  const peer = peers.data.value?.find((one) => one.name === name)
  const tabs = TABS.filter(([key]) => !own || !OF_PEERS.includes(key))
  const tab = route.path.value[2] ?? tabs[0]?.[0]
  if (!peers.data.value) return <div class="late" aria-busy="true" />
  if (!peer && !own) {
    return (
      <div class="empty">
        <h2 class="foreign">There is no server named {name}</h2>
        <p>It was removed, or never joined.</p>
        <a class="button" href="/servers">
          All servers
        </a>
      </div>
    )
  }
  return (
    <>
      {peer ? <Head peer={peer} /> : <OwnHead name={name} />}
      <Unsure name={name} />
      <nav class="tabs line" aria-label="About this server">
        {tabs.map(([key, word]) => (
          <a key={key} href={serverAt(name, key)} aria-current={tab === key ? 'page' : undefined}>
            {word}
          </a>
        ))}
      </nav>
      {tab === '' && peer && <ServerHealth peer={peer} />}
      {tab === 'usage' && <UsageOf name={name} />}
      {tab === 'deployments' && <ServerDeployments name={name} />}
      {tab === 'events' && <ServerEvents name={name} own={own} />}
      {tab === 'access' && peer && <ServerAccess name={name} />}
    </>
  )
}

function OwnHead({ name }: { name: string }) {
  const { status } = useDesk()
  const { agent_version: version, advertise_url: url, fingerprint } = status.data.value ?? {}
  return (
    <>
      <div class="head">
        <h1 class="cut foreign">{name}</h1>
        <VerdictMark verdict="online" loud />
        <span class="tag">this server</span>
      </div>
      <dl class="facts">
        <div>
          <dt>Version</dt>
          <dd>{version ?? '–'}</dd>
        </div>
        <div class="long">
          <dt>Address for the others</dt>
          <dd class="cut mono foreign">{url || 'none'}</dd>
        </div>
        {fingerprint && (
          <div class="long">
            <dt>Fingerprint</dt>
            <dd class="cut mono">{fingerprint}</dd>
          </div>
        )}
      </dl>
    </>
  )
}

/** What it does not know of itself, and what to do. */
function Unsure({ name }: { name: string }) {
  const { servers } = useDesk()
  const row = servers.value.find((server) => server.name === name)
  // Of one that is away it was said above, with the cause.
  if (row?.verdict !== 'online') return null
  return row.unsure.map(({ about, detail }) => (
    <p class="notice warn" key={detail}>
      <strong>{about === 'engine' ? 'What runs here is not known.' : 'Its deployments are not known.'}</strong>
      <span class="foreign">{detail}</span>
    </p>
  ))
}

function Head({ peer }: { peer: PeerView }) {
  const { api, route, peers, histories, toasts, who } = useDesk()
  const [busy, setBusy] = useState(false)
  const checks = useMemo(() => histories.checks(peer.name), [peer.name])
  useResource(checks)

  async function ask(what: 'check' | 'restore' | 'move') {
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
      {peer.error && !peer.online && (
        <p class="notice bad">
          <strong class="foreign">{peer.error}</strong>
          {peer.scope_reason && <span class="foreign">{peer.scope_reason}.</span>}
          <span class="soft">
            Last seen <Ago at={wall(peer.last_seen_at)} word={wall(peer.last_seen_at) ? ' ago' : ''} />. Last known
            values below.
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
      {peer.state === 'quarantined' && (
        <p class="notice bad">
          <strong>Not watched: checking it kept crashing.</strong> Check now starts it again.
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
        <dt>Connection</dt>
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
          <dt>Opened by</dt>
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
