import { useMemo } from 'preact/hooks'
import type { DeploymentStatus } from '../../../schemas/deployments/deployment.ts'
import { ChosenBar } from '../../choosing/chosen-bar.tsx'
import { type DeploymentRow, statusOf } from '../../lib/data/rows.ts'
import { useSettled } from '../../lib/data/settled.ts'
import { useDesk } from '../../lib/desk.ts'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { Unanswered } from '../../parts/failures/unanswered.tsx'
import { Choices, NothingFits, SearchField } from '../../parts/forms/filters.tsx'
import { TagChoices } from '../../parts/forms/tag-choices.tsx'
import { wordsIn } from '../../tables/searching.ts'
import { DeploymentTable } from './deployment-table.tsx'
import { fits, itemsOf, tagsBy } from './items.ts'
import { UnknownState } from './unknown-state.tsx'

const STATUSES: readonly (readonly [DeploymentStatus, string])[] = [
  ['running', 'Running'],
  ['partial', 'Partly up'],
  ['stopped', 'Stopped'],
  ['error', 'Error'],
  ['unknown', 'Unknown']
]

/** All deployments: filtered, sorted, grouped, chosen. */
export function DeploymentList() {
  const { deployments, peers } = useDesk()
  const settled = useSettled(deployments, [peers])
  return (
    <>
      <div class="head">
        <h1>Deployments</h1>
      </div>
      <FaultNotice of={deployments} what="the deployments" />
      {settled ? <Listed /> : <DeploymentTable items={[]} waiting />}
    </>
  )
}

function Listed() {
  const { deployed, deployments, chosen, who } = useDesk()
  const all = deployed.value
  const shown = useShown(all)
  const items = useItems(shown, all)
  const ticked = chosen.deployments.keys.value
  const seen = new Set(shown.map(({ key }) => key))
  const known = deployments.data.value
  return (
    <>
      <Unanswered slices={known} />
      <UnknownState rows={all} />
      <Filters all={all} />
      {known && all.length === 0 ? (
        <None />
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

/** Those that the address asks for. */
function useShown(all: readonly DeploymentRow[]): readonly DeploymentRow[] {
  const { route, problems, servers } = useDesk()
  const [status, server, problem, typed] = ['status', 'server', 'problem', 'q'].map(route.param)
  return useMemo(() => {
    const { words, on } = wordsIn(typed ?? '', servers.value)
    const about = new Set(problems.value.filter(({ kind }) => kind === problem).map(({ key }) => key))
    return all.filter(
      (row) =>
        (status === '' || statusOf(row) === status) &&
        (server === '' || row.server === server) &&
        (problem === '' || about.has(row.key)) &&
        fits(row, words, on)
    )
  }, [all, status, server, typed, problem, problems.value, servers.value])
}

function useItems(shown: readonly DeploymentRow[], all: readonly DeploymentRow[]) {
  const { route, servers } = useDesk()
  const [sort = '', down, grouped] = [
    route.param('sort'),
    route.param('dir') === 'down',
    route.param('group') === 'tag'
  ]
  return useMemo(
    () => itemsOf(shown, all, { sort, down, tags: grouped ? tagsBy(servers.value) : undefined }),
    [shown, sort, down, grouped]
  )
}

function Filters({ all }: { all: readonly DeploymentRow[] }) {
  const { route, servers } = useDesk()
  const [status, server, problem] = [route.param('status'), route.param('server'), route.param('problem')]
  const counts = useMemo(() => Map.groupBy(all, statusOf), [all])
  return (
    <div class="filters">
      <Choices
        name="status"
        label="Show deployments that are"
        choices={[
          { value: '', word: 'All', count: all.length },
          ...STATUSES.map(([value, word]) => ({ value, word, count: counts.get(value)?.length ?? 0 })).filter(
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
  )
}

const None = () => (
  <div class="empty">
    <h2>No deployments yet</h2>
    <p>
      Each folder with a compose file in <code>deployments_path</code> is one. Accepted are <code>compose.yaml</code>,{' '}
      <code>compose.yml</code>, <code>docker-compose.yaml</code> and <code>docker-compose.yml</code>.
    </p>
  </div>
)
