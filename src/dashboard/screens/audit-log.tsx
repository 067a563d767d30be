import { useMemo } from 'preact/hooks'
import type { AuditEntry } from '../../schemas/audit.ts'
import { notOffered } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { When } from '../parts/ago.tsx'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { NotOffered } from '../parts/failures/not-offered.tsx'
import { NothingFits, SearchField } from '../parts/forms/filters.tsx'
import { LongTable } from '../tables/long-table.tsx'

/** Who did what, from where, and how it ended. */
export function AuditLog() {
  const { api, route } = useDesk()
  const audit = useMemo(
    () =>
      createResource<readonly AuditEntry[]>({
        load: async (signal) => (await api.get<{ entries: AuditEntry[] }>('/audit?limit=500', signal)).entries,
        everyMs: 15_000
      }),
    []
  )
  useResource(audit)
  if (audit.fault.value && notOffered(audit.fault.value)) return <NotOffered what="The audit log" />
  const wanted = route.param('q').toLowerCase()
  const shown = (audit.data.value ?? []).filter((entry) =>
    `${entry.who} ${entry.what} ${entry.target ?? ''} ${entry.from ?? ''} ${entry.result}`
      .toLowerCase()
      .includes(wanted)
  )
  return (
    <>
      <FaultNotice of={audit} what="the audit log" />
      <div class="filters">
        <SearchField label="Who, what, target, address" />
      </div>
      {audit.data.value && shown.length === 0 ? (
        wanted === '' ? (
          <p class="soft">Nothing has been changed or refused yet.</p>
        ) : (
          <NothingFits what="entry" names={['q']} />
        )
      ) : (
        <LongTable
          columns={6}
          rows={shown}
          head={
            <>
              <th class="w-time">When</th>
              <th class="w-time">Who</th>
              <th class="first">What</th>
              <th>Target</th>
              <th class="w-time if-mid">From</th>
              <th class="w-num num">Result</th>
            </>
          }
          draw={(entry, rowIndex) => <Row key={entry.id} entry={entry} rowIndex={rowIndex} />}
        />
      )}
    </>
  )
}

function Row({ entry, rowIndex }: { entry: AuditEntry; rowIndex: number }) {
  return (
    <tr class="item" aria-rowindex={rowIndex}>
      <td class="soft">
        <When at={wall(entry.at)} />
      </td>
      <td>
        <span class="cut foreign" title={entry.introduced_by && `introduced by ${entry.introduced_by}`}>
          {entry.who}
        </span>
      </td>
      <td class="full">
        <span class="cut foreign mono" title={entry.reason}>
          {entry.what}
        </span>
      </td>
      <td>
        <span class="cut foreign">{entry.target ?? ''}</span>
      </td>
      <td class="if-mid">
        <span class="cut foreign soft">{entry.from}</span>
      </td>
      <td class="num end">
        <span class={entry.result >= 400 ? 'wrong' : 'soft'}>
          {entry.result}
          {entry.times > 1 && ` ×${entry.times}`}
        </span>
      </td>
    </tr>
  )
}
