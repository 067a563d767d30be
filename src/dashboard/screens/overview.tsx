import { segment } from '../lib/api.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/format.ts'
import { type Problem, problems } from '../lib/problems.ts'
import { statusOf } from '../lib/rows.ts'
import { Ago } from '../parts/ago.tsx'
import { FaultNotice } from '../parts/fault.tsx'
import { Icon } from '../parts/icon.tsx'
import { News } from '../parts/news.tsx'
import { ServerTable } from '../parts/server-table.tsx'
import { FullMark, StatusMark, VerdictMark, verdictLook } from '../parts/state.tsx'

/** Is anything wrong, what, since when and why. */
export function Overview() {
  const { peers, servers, live, status } = useDesk()
  const events = live.events.value.slice(-10).reverse()
  return (
    <>
      <Verdict />
      <FaultNotice of={peers} what="the list of peers" />
      {status.data.value?.waiting ? (
        <a class="notice warn" href="/peers">
          {plural(status.data.value.waiting, 'introduced server')} to decide on
        </a>
      ) : null}
      <Counters />
      <div class="section">
        <h2>Servers</h2>
      </div>
      <ServerTable rows={servers.value} waiting={peers.data.value === undefined} />
      {events.length > 0 && (
        <>
          <div class="section">
            <h2>Last events</h2>
            <a class="link" href="/events">
              All events
            </a>
          </div>
          <News events={events} />
        </>
      )}
    </>
  )
}

function Verdict() {
  const { servers, deployed, peers, deployments } = useDesk()
  if (!peers.data.value) return <div class="verdict" aria-busy="true" />
  const found = problems(servers.value, deployed.value)
  const grave = found.filter(({ grave }) => grave).length
  const known = `${plural(servers.value.length, 'server')}${deployments.data.value ? `, ${plural(deployed.value.length, 'deployment')}` : ''}.`
  return (
    <section class="verdict" aria-label="Problems">
      <h1 class="foreign">{headline(found)}</h1>
      <p>{found.length === 0 ? `All of ${known}` : `Among ${known}`}</p>
      {found.length > 0 && (
        <div class={`problems ${grave > 0 ? '' : 'mild'}`}>
          {found.slice(0, 12).map((problem) => (
            <a key={problem.to} href={problem.to}>
              <strong class="cut foreign">{problem.name}</strong>
              <Kind problem={problem} />
              <span class="foreign soft">
                {problem.since !== undefined && (
                  <>
                    for <Ago at={problem.since} /> ·{' '}
                  </>
                )}
                {problem.why}
              </span>
              <Icon name="right" />
            </a>
          ))}
          {found.length > 12 && <a href="/peers?state=trouble">and {found.length - 12} more</a>}
        </div>
      )}
    </section>
  )
}

function Kind({ problem }: { problem: Problem }) {
  if (problem.verdict) return <VerdictMark verdict={problem.verdict} loud />
  return problem.status ? <StatusMark status={problem.status} loud /> : <FullMark />
}

/** One trouble is named; more are counted. */
function headline(found: readonly Problem[]): string {
  const [first] = found
  if (!first) return 'Nothing is wrong.'
  if (found.length > 1)
    return found.some(({ grave }) => grave) ? plural(found.length, 'problem') : `${found.length} things to look at`
  return first.verdict ? `${first.name} is ${verdictLook(first.verdict).word}.` : '1 thing to look at'
}

function Counters() {
  const { servers, deployed, stats, deployments } = useDesk()
  const up = servers.value.filter(({ verdict }) => verdict === 'online').length
  const of = (status: string) => deployed.value.filter((row) => statusOf(row) === status).length
  const others = (['partial', 'stopped', 'error', 'unknown'] as const)
    .map((status) => [status, of(status)] as const)
    .filter(([, count]) => count > 0)
  const loads = servers.value.map(({ load }) => load)
  const sum = (pick: (load: (typeof loads)[number]) => number | undefined) =>
    loads.reduce((all, load) => all + (pick(load) ?? 0), 0)
  const oldest = servers.value
    .filter(({ loadAt }) => loadAt !== undefined)
    .toSorted((a, b) => (a.loadAt ?? 0) - (b.loadAt ?? 0))[0]
  return (
    <dl class="counters">
      <div>
        <dt>Servers up</dt>
        <dd>
          {up} <small>of {servers.value.length}</small>
        </dd>
      </div>
      <div>
        <dt>Deployments running</dt>
        <dd>
          {deployments.data.value ? of('running') : '–'}{' '}
          <small>
            {others.map(([status, count], index) => (
              <>
                {index > 0 && ', '}
                <a href={`/deployments?status=${status}`}>
                  {count} {status === 'partial' ? 'partly up' : status}
                </a>
              </>
            ))}
          </small>
        </dd>
      </div>
      <div>
        <dt>Containers running</dt>
        <dd>
          {stats.data.value ? sum(({ containersRunning }) => containersRunning) : '–'}{' '}
          <small>of {sum(({ containers }) => containers)}</small>
        </dd>
      </div>
      <div>
        <dt>Oldest figures</dt>
        <dd>
          {oldest ? <Ago at={oldest.loadAt} /> : '–'}{' '}
          {oldest?.old && (
            <small>
              <a href={`/peers/${segment(oldest.name)}`}>{oldest.name}</a>
            </small>
          )}
        </dd>
      </div>
    </dl>
  )
}
