import { useDesk } from '../lib/desk.ts'
import { News } from '../parts/news.tsx'

/** What happened with one peer, as far back as this node remembers. */
export function PeerEvents({ name }: { name: string }) {
  const { live } = useDesk()
  const events = live.events.value.filter(({ peer }) => peer === name).reverse()
  if (events.length === 0) return <p class="soft">Nothing is remembered of it yet.</p>
  return <News events={events} />
}
