import '../styles/later.css'
import type { PeerView } from '../../schemas/peer.ts'
import { useDesk } from '../lib/desk.ts'
import { compare, GRAVITY } from '../lib/rows.ts'
import { FaultNotice } from '../parts/fault.tsx'
import { Choices, NothingFits, SearchField } from '../parts/filters.tsx'
import { Icon } from '../parts/icon.tsx'
import { PeerTable } from '../parts/peer-table.tsx'
import { ReadOnly } from '../parts/read-only.tsx'
import { Introduced } from './introduced.tsx'
import { InviteDialog } from './invite.tsx'
import { OpenInvites } from './invites.tsx'
import { JoinDialog } from './join.tsx'
import { JoinsUnderWay } from './joins.tsx'
import { Peer } from './peer.tsx'
import { RemoveDialog } from './remove.tsx'

const GROUPS: Record<string, (peer: PeerView) => boolean> = {
  up: ({ state }) => state === 'online',
  trouble: ({ state }) => GRAVITY[state] >= 3,
  joining: ({ state }) => state === 'pending' || state === 'unknown'
}

const ORDERS: Record<string, (a: PeerView, b: PeerView) => number> = {
  name: (a, b) => compare(a.name, b.name),
  state: (a, b) => GRAVITY[b.state] - GRAVITY[a.state] || compare(a.name, b.name),
  latency: (a, b) => (a.latency_ms ?? Number.POSITIVE_INFINITY) - (b.latency_ms ?? Number.POSITIVE_INFINITY),
  seen: (a, b) => compare(b.last_seen, a.last_seen),
  version: (a, b) => compare(a.version ?? '', b.version ?? '')
}

/** All peers, or the one that the address names; inviting, joining and removing. */
export function Peers() {
  const { route } = useDesk()
  const name = route.path.value[1]
  const doing = route.param('do')
  const close = () => route.set({ do: undefined, name: undefined })
  return (
    <>
      {name === undefined ? <PeerList /> : <Peer name={name} />}
      {doing === 'invite' && <InviteDialog close={close} />}
      {doing === 'join' && <JoinDialog close={close} />}
      {doing === 'remove' && <RemoveDialog name={route.param('name')} close={close} />}
    </>
  )
}

function PeerList() {
  const { route, peers, who } = useDesk()
  const all = peers.data.value
  const wanted = route.param('q').toLowerCase()
  const fits = GROUPS[route.param('state')] ?? (() => true)
  const order = ORDERS[route.param('sort')] ?? ORDERS.name
  const sign = route.param('dir') === 'down' ? -1 : 1
  const shown = (all ?? [])
    .filter((peer) => fits(peer) && `${peer.name} ${peer.url} ${peer.version ?? ''}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => sign * (order?.(a, b) ?? 0))

  return (
    <>
      <div class="head">
        <h1>Peers</h1>
        {!who.mayChange() && <ReadOnly />}
        <div class="acts" hidden={!who.mayChange()}>
          <button type="button" class="button" onClick={() => route.set({ do: 'join' })}>
            <Icon name="join" /> Join
          </button>
          <button type="button" class="button main" onClick={() => route.set({ do: 'invite' })}>
            <Icon name="plus" /> Invite
          </button>
        </div>
      </div>
      <FaultNotice of={peers} what="the list of peers" />
      {all?.length === 0 ? (
        <NoPeers />
      ) : (
        <>
          <div class="filters">
            <Choices
              name="state"
              label="Show peers that are"
              choices={[
                { value: '', word: 'All', count: all?.length ?? 0 },
                ...[
                  ['up', 'Up'],
                  ['trouble', 'In trouble'],
                  ['joining', 'Joining']
                ].map(([value = '', word = '']) => ({
                  value,
                  word,
                  count: (all ?? []).filter(GROUPS[value] ?? (() => false)).length
                }))
              ]}
            />
            <span class="push" />
            <SearchField label="Filter peers" />
          </div>
          {all && shown.length === 0 ? (
            <NothingFits what="peer" names={['q', 'state']} />
          ) : (
            <PeerTable rows={shown} waiting={!all} />
          )}
        </>
      )}
      <Introduced />
      <JoinsUnderWay />
      <OpenInvites />
    </>
  )
}

function NoPeers() {
  const { route } = useDesk()
  return (
    <div class="pair">
      <section>
        <h2>Invite a server</h2>
        <p class="soft">
          Make a token here, and paste it into the other server. It is good for one server and one hour.
        </p>
        <button type="button" class="button main" onClick={() => route.set({ do: 'invite' })}>
          Invite a server
        </button>
      </section>
      <section>
        <h2>Join with a token</h2>
        <p class="soft">The other server made one already? Paste it here. Both will then watch and show each other.</p>
        <button type="button" class="button" onClick={() => route.set({ do: 'join' })}>
          Join with a token
        </button>
      </section>
    </div>
  )
}
