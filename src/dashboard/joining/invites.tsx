import { useEffect, useMemo } from 'preact/hooks'
import { asFault } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { Ago, Until } from '../parts/ago.tsx'
import { ShortTable } from '../tables/short-table.tsx'

interface Invite {
  id: string
  created_at: string
  expires_at: string
  created_by: string
  note?: string
  expected_name?: string
  require_approval?: boolean
}

const COLUMNS = [
  ['For', 'first'],
  ['Ends in', 'w-time'],
  ['Made', 'w-time if-phone'],
  ['By', 'w-act if-phone']
] as const

/** Invites that nobody has used yet; never their tokens. Nothing is shown where there are none. */
export function OpenInvites() {
  const { api, live, route, toasts, now, tokens, who } = useDesk()
  const invites = useMemo(
    () =>
      createResource<readonly Invite[]>({
        load: async (signal) => (await api.get<{ invites: Invite[] }>('/cluster/invites', signal)).invites,
        everyMs: 60_000
      }),
    []
  )
  useResource(invites)
  const news = live.events.value.findLast(({ type }) => type.startsWith('invite.') || type === 'peer.joined')?.id
  useEffect(() => {
    invites.refresh()
  }, [news, route.param('do')])
  const open = (invites.data.value ?? []).filter(({ expires_at }) => (wall(expires_at) ?? 0) > now.value)
  if (open.length === 0) return null

  async function revoke(id: string) {
    try {
      await api.remove(`/cluster/invites/${id}`)
      toasts.show('The invite is revoked')
    } catch (thrown) {
      toasts.show(asFault(thrown).message, { bad: true })
    }
    invites.refresh()
  }

  return (
    <ShortTable title="Open invites" columns={COLUMNS}>
      {open.map((invite) => (
        <tr key={invite.id}>
          <td class="first">
            <span class="cut foreign">
              {[invite.expected_name, invite.note].filter(Boolean).join(' · ') || 'any server'}
              {invite.require_approval && <span class="faint"> · asks before letting in</span>}
            </span>
          </td>
          <td>
            <Until at={wall(invite.expires_at) ?? 0} over="ended" />
          </td>
          <td class="if-phone soft">
            <Ago at={wall(invite.created_at)} word=" ago" />
          </td>
          <td class="if-phone soft">
            <span class="cut foreign">{invite.created_by}</span>
          </td>
          <td class="num end">
            {tokens.has(invite.id) && who.mayChange() && (
              <button
                type="button"
                class="button bare tiny"
                onClick={() => route.set({ do: 'invite', name: invite.id })}
              >
                Token
              </button>
            )}
            <button type="button" class="button bare tiny" onClick={() => revoke(invite.id)}>
              Revoke
            </button>
          </td>
        </tr>
      ))}
    </ShortTable>
  )
}
