import { useEffect, useMemo } from 'preact/hooks'
import type { IntroductionView } from '../../schemas/joining/introduction.ts'
import { asFault } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { Ago } from '../parts/ago.tsx'
import { ShortTable } from '../tables/short-table.tsx'

const COLUMNS = [
  ['Server', 'first'],
  ['By', 'w-act if-phone'],
  ['State', 'w-act'],
  ['Since', 'w-time if-phone']
] as const

/** Servers that peers introduced here, and what is to be decided; nothing is shown where there are none. */
export function Introduced() {
  const { api, live, toasts, who } = useDesk()
  const introductions = useMemo(
    () =>
      createResource<readonly IntroductionView[]>({
        load: async (signal) =>
          (await api.get<{ introductions: IntroductionView[] }>('/cluster/introductions', signal)).introductions,
        everyMs: 30_000
      }),
    []
  )
  useResource(introductions)
  const news = live.events.value.findLast(({ type }) => type.startsWith('introduction.') || type === 'peer.joined')?.id
  useEffect(() => {
    introductions.refresh()
  }, [news])
  const all = introductions.data.value ?? []
  if (all.length === 0) return null

  async function decide(id: string, word: 'accept' | 'refuse') {
    try {
      await api.post(`/cluster/introductions/${id}/${word}`)
    } catch (thrown) {
      toasts.show(asFault(thrown).message, { bad: true })
    }
    introductions.refresh()
  }

  return (
    <ShortTable title="Introduced servers" columns={COLUMNS}>
      {all.map(({ id, name, fingerprint, introduced_by, state, reason, since }) => (
        <tr key={id}>
          <td class="first">
            <span class="cut foreign">{name}</span>
            <span class="cut faint small mono" title={fingerprint}>
              {reason ?? fingerprint}
            </span>
          </td>
          <td class="if-phone soft">
            <span class="cut foreign">{introduced_by}</span>
          </td>
          <td>{state === 'offered' ? 'waits for you' : state}</td>
          <td class="if-phone soft">
            <Ago at={wall(since)} word=" ago" />
          </td>
          <td class="num end">
            {who.mayChange() && DECIDED.has(state) && (
              <button type="button" class="button bare tiny" onClick={() => decide(id, 'accept')}>
                Accept
              </button>
            )}
            {who.mayChange() && state !== 'refused' && (
              <button type="button" class="button bare tiny" onClick={() => decide(id, 'refuse')}>
                Refuse
              </button>
            )}
          </td>
        </tr>
      ))}
    </ShortTable>
  )
}

/** Where an operator's word makes a difference. */
const DECIDED: ReadonlySet<string> = new Set(['offered', 'refused', 'unreachable'])
