import { LetIn } from '../joining/let-in.tsx'
import { useSettled } from '../lib/data/settled.ts'
import { useDesk } from '../lib/desk.ts'
import { groupedProblems, type ProblemGroup } from '../lib/problems/problem-groups.ts'
import type { Problem } from '../lib/problems/problems.ts'
import { plural } from '../lib/words/format.ts'
import { Ago } from '../parts/ago.tsx'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { Icon } from '../parts/icon.tsx'
import { News } from '../parts/news.tsx'
import { ServerTable } from '../parts/server-table.tsx'
import { FullMark, StatusMark, VerdictMark, verdictLook } from '../parts/state.tsx'
import { Counters } from './counters.tsx'

/** Is anything wrong, what, since when and why. */
export function Overview() {
  const { status, peers, deployments, stats } = useDesk()
  const settled = useSettled(peers, [status, deployments, stats])
  return (
    <>
      <Verdict settled={settled} />
      <FaultNotice of={peers} what="the list of servers" />
      {settled && <Rest />}
    </>
  )
}

/** What stands below the headline and the problems. */
function Rest() {
  const { peers, servers, live, status } = useDesk()
  const events = live.events.value.slice(-10).reverse()
  return (
    <>
      {peers.data.value?.length === 0 && (
        <a class="notice" href="/servers">
          This server is alone: the first steps
        </a>
      )}
      {status.data.value?.waiting ? (
        <a class="notice warn" href="/servers">
          {plural(status.data.value.waiting, 'introduced server')} to decide on
        </a>
      ) : null}
      {status.data.value?.alerts?.failing.length ? (
        <a class="notice warn foreign" href="/settings/alerts">
          People are not told: messages to {status.data.value.alerts.failing.join(', ')} do not arrive
        </a>
      ) : null}
      {peers.data.value
        ?.filter(({ awaits_approval }) => awaits_approval)
        .map((peer) => (
          <div class="notice warn waiting" key={peer.peer_id}>
            <strong class="foreign">{peer.name} asks to be let in</strong>
            <span class="mono small soft">{peer.fingerprint}</span>
            <span class="push">
              <LetIn peer={peer} />
            </span>
          </div>
        ))}
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

const LINES = 20

function Verdict({ settled }: { settled: boolean }) {
  const { servers, deployed, peers, deployments, problems, route } = useDesk()
  if (!peers.data.value) return <div class="verdict" aria-busy="true" />
  const found = problems.value
  // Who asks to be let in has a line of its own, with a button.
  const asking = new Set(peers.data.value.filter(({ awaits_approval }) => awaits_approval).map(({ name }) => name))
  const lines = groupedProblems(found.filter(({ kind, name }) => kind !== 'pending' || !asking.has(name)))
  const shown = route.param('problems') === 'all' ? lines : lines.slice(0, LINES)
  const grave = found.some(({ grave }) => grave)
  const known = `${plural(servers.value.length, 'server')}${deployments.data.value ? `, ${plural(deployed.value.length, 'deployment')}` : ''}.`
  const unchecked = servers.value.filter(({ verdict }) => verdict === 'unknown').length
  return (
    <section class="verdict" aria-label="Problems">
      <h1 class="foreign">
        {found.length > 0 ? headline(found) : calm(deployments.data.value !== undefined, unchecked)}
      </h1>
      <p>
        {found.length === 0 ? `All of ${known}` : `Among ${known}`}
        {unchecked > 0 && ` ${plural(unchecked, 'server')} not checked yet.`}
      </p>
      {settled && shown.length > 0 && (
        <div class={`problems ${grave ? '' : 'mild'}`}>
          {shown.map((line) => (
            <Line key={'title' in line ? line.kind : `${line.kind} ${line.to}`} line={line} />
          ))}
          {lines.length > shown.length && <a href="/?problems=all">and {lines.length - shown.length} more</a>}
        </div>
      )}
    </section>
  )
}

function Line({ line }: { line: Problem | ProblemGroup }) {
  if ('title' in line) {
    return (
      <a href={line.to}>
        <strong class="cut">{line.title}</strong>
        <span />
        <span class="foreign soft">
          {line.names.join(', ')} and {line.count - line.names.length} more
          <Remedy of={line} />
        </span>
        <Icon name="right" />
      </a>
    )
  }
  return (
    <a href={line.to}>
      <strong class="cut foreign">{line.name}</strong>
      <Kind problem={line} />
      <span class="foreign soft">
        {line.since !== undefined && (
          <>
            for <Ago at={line.since} /> ·{' '}
          </>
        )}
        {line.why}
        <Remedy of={line} />
      </span>
      <Icon name="right" />
    </a>
  )
}

const Remedy = ({ of: { remedy } }: { of: Problem | ProblemGroup }) =>
  remedy === undefined ? null : <span class="remedy">{remedy}</span>

function Kind({ problem }: { problem: Problem }) {
  if (problem.verdict) return <VerdictMark verdict={problem.verdict} loud />
  return problem.status ? <StatusMark status={problem.status} loud /> : <FullMark />
}

/** One trouble is named; more are counted. */
function headline(found: readonly Problem[]): string {
  const [first] = found
  if (!first) return ''
  if (found.length > 1)
    return found.some(({ grave }) => grave) ? plural(found.length, 'problem') : `${found.length} things to look at`
  if (first.kind === 'unsure') return `What runs on ${first.name} is not known.`
  return first.verdict ? `${first.name} is ${verdictLook(first.verdict).word}.` : '1 thing to look at'
}

/** Nothing is called well before it was asked about. */
function calm(asked: boolean, unchecked: number): string {
  if (unchecked > 0) return 'Not all is known yet.'
  return asked ? 'Nothing is wrong.' : 'Every server answers.'
}
