import '../styles/later.css'
import { useMemo } from 'preact/hooks'
import type { ActorView } from '../../schemas/inspection/actor.ts'
import { notOffered } from '../lib/access/fault.ts'
import { copied } from '../lib/clipboard.ts'
import { useResource } from '../lib/data/resource.ts'
import { compare } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { ActorTree } from './actor-tree.tsx'
import { createActorWatch } from './actors.ts'
import { drawings } from './drawings.ts'
import { InspectLink } from './inspect-link.tsx'
import { Moves } from './moves.tsx'
import { Reachability } from './reachability/reachability.tsx'
import { StateChart } from './state-chart.tsx'
import { TransitionTable } from './transition-table.tsx'

/** What is behind the verdicts: who sees whom, and the state machines of this server. */
export function Diagnostics() {
  const { route } = useDesk()
  const reachability = route.path.value[1] === 'reachability'
  return (
    <>
      <div class="head">
        <h1>Diagnostics</h1>
        <div class="acts">
          <a class="button" href="/docs" data-document>
            API
          </a>
        </div>
      </div>
      <nav class="tabs line" aria-label="Diagnostics">
        <a href="/diagnostics" aria-current={reachability ? undefined : 'page'}>
          State machines
        </a>
        <a href="/diagnostics/reachability" aria-current={reachability ? 'page' : undefined}>
          Reachability
        </a>
      </nav>
      {reachability ? <Reachability /> : <Machines />}
    </>
  )
}

/** Every state machine of this server as it runs: the tree of actors, and the chart of the chosen one with its states lit. */
function Machines() {
  const { api, route, toasts } = useDesk()
  const watch = useMemo(() => createActorWatch(api, { everyMs: 1000 }), [])
  useResource(watch.list)
  const actors = sorted(watch.list.data.value?.actors ?? [])
  const chosen =
    actors.find(({ id }) => id === route.param('actor')) ??
    actors.find(({ peer }) => peer !== undefined && peer === route.param('peer'))
  const kind = chosen?.machine ?? (route.param('machine') || actors.find(({ peer }) => peer)?.machine || 'peer')
  const drawing = drawings.find(({ chart }) => chart.name === kind) ?? drawings[0]
  const fault = watch.list.fault.value
  if (!drawing) return null

  return (
    <>
      <div class="filters">
        <div class="tabs" role="group" aria-label="Charts">
          {drawings.map(({ chart }) => (
            <button
              key={chart.name}
              type="button"
              aria-pressed={chart.name === kind}
              onClick={() => route.set({ machine: chart.name, actor: undefined })}
            >
              {chart.name} <small>{actors.filter(({ machine }) => machine === chart.name).length}</small>
            </button>
          ))}
        </div>
        <span class="push" />
        <div class="row if-desk">
          <InspectLink peer={chosen?.peer} />
          <button
            type="button"
            class="button"
            onClick={() =>
              copied(JSON.stringify(drawing.definition, null, 2)).then((done) =>
                done
                  ? toasts.show('Copied. Stately and createMachine take it as it is.')
                  : toasts.show('The browser lets no page on plain http copy', { bad: true })
              )
            }
          >
            Copy as XState JSON
          </button>
        </div>
      </div>
      {fault && notOffered(fault) ? (
        <p class="notice">This server does not tell which machines run. The charts are those of the code.</p>
      ) : (
        <FaultNotice of={watch.list} what="the running machines" />
      )}
      <div class="machines">
        <ActorTree actors={actors} total={watch.list.data.value?.total ?? 0} chosen={chosen?.id} />
        <div class="stack">
          <p class="soft">
            {chosen && <b class="foreign">{chosen.peer ?? chosen.id} · </b>}
            {drawing.chart.description}
          </p>
          <StateChart chart={drawing.chart} active={chosen?.states ?? []} />
          <Moves moves={watch.moves.value.filter(({ id }) => !chosen || id === chosen.id)} />
          <TransitionTable chart={drawing.chart} />
        </div>
      </div>
    </>
  )
}

const sorted = (actors: readonly ActorView[]) =>
  actors.toSorted((a, b) => (a.parent ? 1 : 0) - (b.parent ? 1 : 0) || compare(a.peer ?? a.id, b.peer ?? b.id))
