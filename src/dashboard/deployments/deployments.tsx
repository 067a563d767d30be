import '../styles/later.css'
import { useMemo } from 'preact/hooks'
import type { DeploymentStatus } from '../../schemas/deployments/deployment.ts'
import { ChosenBar } from '../choosing/chosen-bar.tsx'
import { compare, type DeploymentRow, type ServerRow, statusOf } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { plural } from '../lib/words/format.ts'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { Unanswered } from '../parts/failures/unanswered.tsx'
import { Choices, NothingFits, SearchField } from '../parts/forms/filters.tsx'
import { TagChoices } from '../parts/forms/tag-choices.tsx'
import { byTag, headOf } from '../tables/by-tag.ts'
import { wordsIn } from '../tables/searching.ts'
import { DeploymentPage } from './deployment.tsx'
import { type DeploymentItem, DeploymentTable } from './deployment-table.tsx'
import { fingerprint } from './images.ts'
import { UnknownState } from './unknown-state.tsx'

const STATUSES: readonly (readonly [DeploymentStatus, string])[] = [
  ['running', 'Running'],
  ['partial', 'Partly up'],
  ['stopped', 'Stopped'],
  ['error', 'Error'],
  ['unknown', 'Unknown']
]
const BADNESS: Record<DeploymentStatus, number> = { error: 0, partial: 1, unknown: 2, stopped: 3, running: 4 }

/** The deployments of all servers in one list, or the one that the address names. */
export function Deployments() {
  const { route } = useDesk()
  const [, server, name] = route.path.value
  if (server !== undefined && name !== undefined) return <DeploymentPage server={server} name={name} />
  return <DeploymentList />
}

function DeploymentList() {
  const { route, deployed, deployments, problems, servers, chosen, who } = useDesk()
  const all = deployed.value
  const status = route.param('status')
  const server = route.param('server')
  const problem = route.param('problem')
  const { words, on } = wordsIn(route.param('q'), servers.value)
  const sort = route.param('sort')
  const down = route.param('dir') === 'down'
  const about = new Set(problems.value.filter(({ kind }) => kind === problem).map(({ key }) => key))
  const shown = useMemo(
    () =>
      all.filter(
        (row) =>
          (status === '' || statusOf(row) === status) &&
          (server === '' || row.server === server) &&
          (problem === '' || about.has(row.key)) &&
          fits(row, words, on)
      ),
    [all, status, server, route.param('q'), problem, problems.value, servers.value]
  )
  const group = route.param('group')
  const items = useMemo(
    () => itemsOf(shown, all, { sort, down, tags: group === 'tag' ? tagsBy(servers.value) : undefined }),
    [shown, sort, down, group]
  )
  const ticked = chosen.deployments.keys.value
  const seen = new Set(shown.map(({ key }) => key))
  const counts = useMemo(() => {
    const map = new Map<string, number>()
    for (const row of all) map.set(statusOf(row), (map.get(statusOf(row)) ?? 0) + 1)
    return map
  }, [all])
  const known = deployments.data.value

  return (
    <>
      <div class="head">
        <h1>Deployments</h1>
      </div>
      <FaultNotice of={deployments} what="the deployments" />
      <Unanswered slices={known} />
      <UnknownState rows={all} />
      <div class="filters">
        <Choices
          name="status"
          label="Show deployments that are"
          choices={[
            { value: '', word: 'All', count: all.length },
            ...STATUSES.map(([value, word]) => ({ value, word, count: counts.get(value) ?? 0 })).filter(
              ({ value, count }) => count > 0 || value === status
            )
          ]}
        />
        <TagChoices servers={servers.value} grouping />
        <span class="push" />
        {problem !== '' && (
          <button type="button" class="button tiny" onClick={() => route.set({ problem: undefined })}>
            with a problem ×
          </button>
        )}
        {server !== '' && (
          <button type="button" class="button tiny" onClick={() => route.set({ server: undefined })}>
            on {server} ×
          </button>
        )}
        <SearchField label="Filter by name, server, image or @tag" />
      </div>
      {known && all.length === 0 ? (
        <div class="empty">
          <h2>No deployments yet</h2>
          <p>
            Each folder with a compose file in <code>deployments_path</code> is one. Accepted are{' '}
            <code>compose.yaml</code>, <code>compose.yml</code>, <code>docker-compose.yaml</code> and{' '}
            <code>docker-compose.yml</code>.
          </p>
        </div>
      ) : known && shown.length === 0 ? (
        <NothingFits what="deployment" names={['q', 'status', 'server', 'problem']} />
      ) : (
        <DeploymentTable items={items} waiting={!known} {...(who.mayRun() && { chosen: chosen.deployments })} />
      )}
      <ChosenBar
        chosen={chosen.deployments}
        what="deployment"
        hidden={[...ticked].filter((key) => !seen.has(key)).length}
        rows={all.filter(({ key }) => ticked.has(key))}
      />
    </>
  )
}

function fits(
  { server, deployment }: DeploymentRow,
  words: readonly string[],
  on: ReadonlySet<string> | undefined
): boolean {
  if (on && !on.has(server)) return false
  const text = `${deployment.name} ${server} ${deployment.services.map(({ image }) => image).join(' ')}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Sorted by server, each server is a group; sorted by name, what differs between servers is marked. */
function itemsOf(
  shown: readonly DeploymentRow[],
  all: readonly DeploymentRow[],
  { sort, down, tags }: { sort: string; down: boolean; tags: ReadonlyMap<string, readonly string[]> | undefined }
): DeploymentItem[] {
  const sign = down ? -1 : 1
  const byName = (a: DeploymentRow, b: DeploymentRow) => compare(a.deployment.name, b.deployment.name)
  const drifting = driftsAmong(all)
  const item = (row: DeploymentRow) => ({ row, drift: drifting.has(row.deployment.name) })
  if (tags) {
    return byTag(shown, ({ server }) => tags.get(server) ?? []).flatMap(([tag, rows]) => [
      { group: { name: headOf(tag), note: plural(rows.length, 'deployment') } },
      ...rows.map((row) => ({ ...item(row), under: headOf(tag) }))
    ])
  }
  if (sort === 'status') {
    const rank = (row: DeploymentRow) => BADNESS[statusOf(row)]
    return shown.toSorted((a, b) => sign * (rank(a) - rank(b)) || byName(a, b)).map(item)
  }
  if (sort !== 'server') return (down ? shown.toReversed() : shown).map(item)
  const groups = Map.groupBy(shown, ({ server }) => server)
  return [...groups]
    .sort(([a], [b]) => sign * compare(a, b))
    .flatMap(([name, rows]) => [{ group: { name, note: plural(rows.length, 'deployment') } }, ...rows.map(item)])
}

const tagsBy = (servers: readonly ServerRow[]) => new Map(servers.map(({ name, tags }) => [name, tags]))

/** Names that run on several servers, and not the same images everywhere. */
function driftsAmong(rows: readonly DeploymentRow[]): ReadonlySet<string> {
  const prints = new Map<string, string>()
  const drifting = new Set<string>()
  for (const { deployment } of rows) {
    const print = fingerprint(deployment)
    const known = prints.get(deployment.name)
    if (known !== undefined && known !== print) drifting.add(deployment.name)
    prints.set(deployment.name, print)
  }
  return drifting
}
