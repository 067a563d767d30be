import type { PeerView } from '../../schemas/peer.ts'

export function PeerActor({ peer }: { peer: PeerView }) {
  return <p>{peer.state}</p>
}
