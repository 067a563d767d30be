import { useState } from 'preact/hooks'
import type { PeerView } from '../../schemas/peer.ts'
import { segment } from '../lib/access/api.ts'
import { asFault } from '../lib/access/fault.ts'
import { useDesk } from '../lib/desk.ts'

/** Approves a server whose invite said that its maker is asked first. */
export function LetIn({ peer }: { peer: PeerView }) {
  const { api, peers, toasts, who } = useDesk()
  const [busy, setBusy] = useState(false)
  if (!who.mayChange()) return null

  async function approve() {
    setBusy(true)
    try {
      await api.post(`/cluster/peers/${segment(peer.name)}/approve`)
      toasts.show(`${peer.name} is let in`)
    } catch (thrown) {
      toasts.show(asFault(thrown).message, { bad: true })
    }
    peers.refresh()
    setBusy(false)
  }

  return (
    <button type="button" class="button main" onClick={approve} disabled={busy}>
      Let it in
    </button>
  )
}
