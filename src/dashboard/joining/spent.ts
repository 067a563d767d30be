import { useEffect, useMemo } from 'preact/hooks'
import type { PeerView } from '../../schemas/peer.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import type { MadeInvite } from './tokens.ts'

const ASKED_EVERY_MS = 3_000

/** Who has joined by an invite; a server that came another way meanwhile is not meant. */
export function useJoined(made: MadeInvite): PeerView | undefined {
  const { api, live, peers } = useDesk()
  const open = useMemo(
    () =>
      createResource<readonly { id: string }[]>({
        load: async (signal) => (await api.get<{ invites: { id: string }[] }>('/cluster/invites', signal)).invites,
        everyMs: ASKED_EVERY_MS
      }),
    []
  )
  useResource(open)
  useEffect(() => {
    // The stream tells it at once; a node without one is asked.
    const timer = setInterval(peers.refresh, ASKED_EVERY_MS)
    return () => clearInterval(timer)
  }, [])

  const spent = live.events.value.find(({ type, facts }) => type === 'invite.spent' && facts?.invite === made.id)
  if (spent && made.id !== undefined) return peers.data.value?.find(({ peer_id }) => peer_id === spent.peer_id)
  const newcomers = peers.data.value?.filter(({ peer_id }) => !made.before.has(peer_id)) ?? []
  if (made.id === undefined) return newcomers[0]
  // Where no stream tells by whom, one newcomer and an invite that is gone before its end belong together.
  const gone = open.data.value?.every(({ id }) => id !== made.id) && (wall(made.expires_at) ?? 0) > Date.now()
  return live.phase.value !== 'live' && gone && newcomers.length === 1 ? newcomers[0] : undefined
}
