import { ChosenBar } from '../../choosing/chosen-bar.tsx'
import { Pick, PickAll } from '../../choosing/pick.tsx'
import { compare, GRAVITY, type ServerRow } from '../../lib/data/rows.ts'
import { useDesk } from '../../lib/desk.ts'
import { plural } from '../../lib/words/format.ts'
import { Choices, NothingFits, SearchField } from '../../parts/forms/filters.tsx'
import { TagChoices } from '../../parts/forms/tag-choices.tsx'
import { type ServerItem, ServerTable } from '../../parts/server-table.tsx'
import { verdictLook } from '../../parts/state.tsx'
import { byTag, headOf } from '../../tables/by-tag.ts'
import { searched } from '../../tables/searching.ts'

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

/** All servers with their state: filtered, sorted, grouped, chosen. */
export function ServerList() {
  const { route, peers, servers, problems, deployed, chosen, who } = useDesk()
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

  const ticked = chosen.servers.keys.value
  const items = route.param('group') === 'tag' ? grouped(shown) : shown

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
        <TagChoices servers={all} grouping />
        <span class="push" />
        <SearchField label="Filter servers: a name, web-*, @tag" />
      </div>
      {known && shown.length === 0 ? (
        <NothingFits what="server" names={['q', 'state']} />
      ) : (
        <ServerTable
          rows={items}
          waiting={!known}
          sortable
          {...(who.mayRun() && {
            pick: ({ name }: ServerRow) => <Pick chosen={chosen.servers} id={name} name={name} />,
            pickAll: <PickAll chosen={chosen.servers} ids={shown.map(({ name }) => name)} what="servers" />
          })}
        />
      )}
      <ChosenBar
        chosen={chosen.servers}
        what="server"
        hidden={[...ticked].filter((name) => !shown.some((row) => row.name === name)).length}
        rows={deployed.value.filter(({ server }) => ticked.has(server))}
      />
    </>
  )
}

/** A verdict as the name of a choice. */
function wordOf(value: string): string {
  const verdict = Object.keys(GRAVITY).find((key): key is ServerRow['verdict'] => key === value) ?? 'unknown'
  const { word } = verdictLook(verdict)
  return word.charAt(0).toUpperCase() + word.slice(1)
}

const grouped = (rows: readonly ServerRow[]): ServerItem[] =>
  byTag(rows, ({ tags }) => tags).flatMap(([tag, those]) => [
    { head: headOf(tag), note: plural(those.length, 'server') },
    ...those.map((row) => ({ ...row, under: headOf(tag) }))
  ])
