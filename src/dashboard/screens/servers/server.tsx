import { serverAt } from '../../lib/address/places.ts'
import { useDesk } from '../../lib/desk.ts'
import { VerdictMark } from '../../parts/state.tsx'
import { TagsOf } from '../../parts/tags.tsx'
import { EventList } from '../events/list.tsx'
import { UsageOf } from '../usage.tsx'
import { ServerAccess } from './server-access.tsx'
import { ServerDeployments } from './server-deployments.tsx'
import { ServerHead } from './server-head.tsx'
import { ServerHealth } from './server-health.tsx'
import { ServerTags } from './server-tags.tsx'

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
  const [first] = tabs
  // An address with no tab, or with one that this server does not have.
  const [tab] = tabs.find(([key]) => key === route.path.value[2]) ?? first ?? ['']
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
      {peer ? <ServerHead peer={peer} /> : <OwnHead name={name} />}
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
      {tab === 'events' && <EventList about={name} />}
      {tab === 'access' && peer && (
        <>
          <ServerAccess name={name} />
          <ServerTags peer={peer} />
        </>
      )}
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
        <TagsOf name={name} />
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
