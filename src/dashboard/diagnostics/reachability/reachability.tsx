import { useMemo } from 'preact/hooks'
import type { Reachability as ReachabilityMap } from '../../../schemas/opinions/reachability.ts'
import { notOffered } from '../../lib/access/fault.ts'
import { createResource, useResource } from '../../lib/data/resource.ts'
import { useDesk } from '../../lib/desk.ts'
import { plural } from '../../lib/words/format.ts'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { NotOffered } from '../../parts/failures/not-offered.tsx'
import { Faults } from './faults.tsx'
import { Grid } from './grid.tsx'
import { faultsIn, sentencesOf } from './links.ts'
import { Matrix } from './matrix.tsx'
import { StandingTable } from './standing-table.tsx'

/** As many columns of figures as a phone has room for. */
const FIGURES = 8

/** Who sees whom, asked of all servers: in words, as a picture, and as a table. */
export function Reachability() {
  const { api } = useDesk()
  const map = useMemo(
    () =>
      createResource<ReachabilityMap>({
        load: (signal) => api.get('/cluster/reachability', signal),
        everyMs: 15_000
      }),
    []
  )
  useResource(map)
  const fault = map.fault.value
  const known = map.data.value
  if (fault && notOffered(fault)) return <NotOffered what="Who sees whom" />
  return (
    <>
      <FaultNotice of={map} what="who sees whom" />
      {known ? <Known map={known} /> : !fault && <div class="late" aria-busy="true" />}
    </>
  )
}

function Known({ map }: { map: ReachabilityMap }) {
  const sentences = sentencesOf(map)
  const faults = faultsIn(map)
  if (map.nodes.length < 2) return <p class="soft">This server has no peers yet, so there is nobody to be reached.</p>
  return (
    <>
      <p class="said">
        <strong>
          {faults.length > 0 ? `${plural(faults.length, 'link')} not well.` : 'Everybody reaches whom they know.'}
        </strong>
      </p>
      {sentences.length > 0 && (
        <ul class="bullets said">
          {sentences.map((sentence) => (
            <li key={sentence} class="foreign">
              {sentence}
            </li>
          ))}
        </ul>
      )}
      {map.nodes.length <= FIGURES ? <Matrix map={map} /> : <Grid map={map} />}
      <Faults faults={faults} />
      <StandingTable map={map} />
    </>
  )
}
