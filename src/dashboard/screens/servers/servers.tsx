import '../../styles/later.css'
import { Introduced } from '../../joining/introduced.tsx'
import { InviteDialog } from '../../joining/invite.tsx'
import { OpenInvites } from '../../joining/invites.tsx'
import { JoinDialog } from '../../joining/join.tsx'
import { JoinsUnderWay } from '../../joining/joins.tsx'
import { RemoveDialog } from '../../joining/remove.tsx'
import { compare, GRAVITY, type ServerRow } from '../../lib/data/rows.ts'
import { useDesk } from '../../lib/desk.ts'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { ReadOnly } from '../../parts/failures/read-only.tsx'
import { Choices, NothingFits, SearchField } from '../../parts/forms/filters.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ServerTable } from '../../parts/server-table.tsx'
import { verdictLook } from '../../parts/state.tsx'
import { searched } from '../../tables/searching.ts'
import { UsageOfAll } from '../usage.tsx'
import { ServerPage } from './server.tsx'

const GROUPS: Record<string, (row: ServerRow) => boolean> = {
  up: ({ verdict }) => verdict === 'online',
  trouble: ({ verdict }) => GRAVITY[verdict] >= 3,
  joining: ({ verdict }) => verdict === 'pending' || verdict === 'unknown'
}
const WORDS = [
  ['up', 'Up'],
  ['trouble', 'In trouble'],
  ['joining', 'Joining'],
  ['full', 'Nearly full'],
  ['unsure', 'Not fully known'],
  ['clock', 'Clock differs']
] as const

const highest = (value: number | undefined) => -(value ?? -1)
const ORDERS: Record<string, (a: ServerRow, b: ServerRow) => number> = {
  name: (a, b) => compare(a.name, b.name),
  state: (a, b) => GRAVITY[b.verdict] - GRAVITY[a.verdict],
  latency: (a, b) => (a.peer?.latency_ms ?? 1e9) - (b.peer?.latency_ms ?? 1e9),
  cpu: (a, b) => highest(a.load.cpu) - highest(b.load.cpu),
  memory: (a, b) => highest(a.load.memory) - highest(b.load.memory),
  disk: (a, b) => highest(a.load.disk) - highest(b.load.disk),
  deployments: (a, b) => highest(a.counts?.total) - highest(b.counts?.total),
  version: (a, b) => compare(a.version, b.version)
}

/** All servers, or the one that the address names; inviting, joining and removing. */
export function Servers() {
  const { route } = useDesk()
  const name = route.path.value[1]
  const doing = route.param('do')
  const close = () => route.set({ do: undefined, name: undefined })
  return (
    <>
      {name === undefined ? <AllServers /> : <ServerPage name={name} />}
      {doing === 'invite' && <InviteDialog close={close} />}
      {doing === 'join' && <JoinDialog close={close} />}
      {doing === 'remove' && <RemoveDialog name={route.param('name')} close={close} />}
    </>
  )
}

function AllServers() {
  const { route, peers, who } = useDesk()
  const usage = route.param('view') === 'usage'
  return (
    <>
      <div class="head">
        <h1>Servers</h1>
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
      <nav class="tabs line" aria-label="Servers">
        <a href="/servers" aria-current={usage ? undefined : 'page'}>
          State
        </a>
        <a href="/servers?view=usage" aria-current={usage ? 'page' : undefined}>
          Usage
        </a>
      </nav>
      <FaultNotice of={peers} what="the list of servers" />
      {usage ? <UsageOfAll /> : <ServerList />}
    </>
  )
}

function ServerList() {
  const { route, peers, servers, problems } = useDesk()
  const all = servers.value
  const known = peers.data.value !== undefined
  const wanted = route.param('q').toLowerCase()
  const state = route.param('state')
  const fits = groupOf(state)
  const found = new Set(searched(all, wanted, ({ name, peer, version }) => `${name} ${peer?.url ?? ''} ${version}`))
  const order = ORDERS[route.param('sort')] ?? ORDERS.name
  const sign = route.param('dir') === 'down' ? -1 : 1
  const shown = all
    .filter((row) => fits(row) && found.has(row))
    .toSorted((a, b) => sign * (order?.(a, b) ?? 0) || compare(a.name, b.name))

  /** A choice of the list: a verdict, some of them, or the servers that a problem of one kind is about. */
  function groupOf(value: string): (row: ServerRow) => boolean {
    if (value === '') return () => true
    if (value in GRAVITY) return ({ verdict }) => verdict === value
    const about = new Set(problems.value.filter(({ kind }) => kind === value).map(({ name }) => name))
    return GROUPS[value] ?? (({ name }) => about.has(name))
  }

  return (
    <>
      <div class="filters">
        <Choices
          name="state"
          label="Show servers that are"
          choices={[
            { value: '', word: 'All', count: all.length },
            ...[...WORDS, ...Object.keys(GRAVITY).map((value) => [value, wordOf(value)] as const)]
              .map(([value, word]) => ({ value, word, count: all.filter(groupOf(value)).length }))
              .filter(({ value, count }) => value === state || value === 'up' || (count > 0 && !(value in GRAVITY)))
          ]}
        />
        <span class="push" />
        <SearchField label="Filter servers: a name, web-*, @tag" />
      </div>
      {known && shown.length === 0 ? (
        <NothingFits what="server" names={['q', 'state']} />
      ) : (
        <ServerTable rows={shown} waiting={!known} sortable />
      )}
      {peers.data.value?.length === 0 && <NoPeers />}
      <Introduced />
      <JoinsUnderWay />
      <OpenInvites />
    </>
  )
}

/** A verdict as the name of a choice. */
function wordOf(value: string): string {
  const verdict = Object.keys(GRAVITY).find((key): key is ServerRow['verdict'] => key === value) ?? 'unknown'
  const { word } = verdictLook(verdict)
  return word.charAt(0).toUpperCase() + word.slice(1)
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
