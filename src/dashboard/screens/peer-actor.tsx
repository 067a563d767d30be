import { useEffect, useMemo, useState } from 'preact/hooks'
import type { DrawnMachine } from '../../schemas/chart.ts'
import type { PeerView } from '../../schemas/peer.ts'
import { createActorWatch } from '../lib/actors.ts'
import { useDesk } from '../lib/desk.ts'
import { useResource } from '../lib/resource.ts'
import { Moves } from '../parts/moves.tsx'
import { StateChart } from '../parts/state-chart.tsx'
import { TransitionTable } from '../parts/transition-table.tsx'

/** One peer's state machine, live. Where the node tells no actors, the verdict alone is lit. */
export function PeerActor({ peer }: { peer: PeerView }) {
  const { api } = useDesk()
  const watch = useMemo(() => createActorWatch(api, { peer: peer.name, everyMs: 1000 }), [peer.name])
  useResource(watch.list)
  const [drawing, setDrawing] = useState<DrawnMachine>()
  useEffect(() => {
    void import('../lib/drawings.ts').then(({ drawings }) =>
      setDrawing(drawings.find(({ chart }) => chart.name === 'peer'))
    )
  }, [])
  const actor = watch.list.data.value?.actors.find(({ peer: name }) => name === peer.name)
  if (!drawing) return <div class="late" aria-busy="true" />
  return (
    <div class="stack">
      {peer.state === 'quarantined' && (
        <p class="notice bad">
          <strong>Its actor crashed too often, so it is held.</strong> Check now starts it again.
        </p>
      )}
      {peer.restarts > 0 && <p class="soft">Its actor crashed {peer.restarts} times and was started again.</p>}
      <StateChart chart={drawing.chart} active={actor?.states ?? [`health.${peer.state}`]} />
      <Moves moves={watch.moves.value} />
      <TransitionTable chart={drawing.chart} />
    </div>
  )
}
