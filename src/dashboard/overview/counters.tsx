import { serverAt } from '../lib/address/places.ts'
import { statusOf } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { Ago } from '../parts/ago.tsx'

/** How many there are, and how many of them are well; each figure leads to what it counts. */
export function Counters() {
  const { servers, deployed, stats, deployments } = useDesk()
  const up = servers.value.filter(({ verdict }) => verdict === 'online').length
  const of = (status: string) => deployed.value.filter((row) => statusOf(row) === status).length
  const others = (['partial', 'stopped', 'error', 'unknown'] as const)
    .map((status) => [status, of(status)] as const)
    .filter(([, count]) => count > 0)
  // What runs on a server that is away is not known, and counts nowhere.
  const loads = servers.value.filter(({ old }) => !old).map(({ load }) => load)
  const unheard = servers.value.filter(({ old, load }) => old || load.containers === undefined).length
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
          <small>
            of {sum(({ containers }) => containers)}
            {unheard > 0 && `, ${plural(unheard, 'server')} unknown`}
          </small>
        </dd>
      </div>
      <div>
        <dt>Oldest data</dt>
        <dd>
          {oldest ? <Ago at={oldest.loadAt} /> : '–'}{' '}
          {oldest?.old && (
            <small>
              <a href={serverAt(oldest.name)}>{oldest.name}</a>
            </small>
          )}
        </dd>
      </div>
    </dl>
  )
}
