import { useDesk } from '../../lib/desk.ts'
import { News } from '../../parts/news.tsx'

/** What happened with one server, as far back as this server remembers. */
export function ServerEvents({ name, own }: { name: string; own: boolean }) {
  const { live } = useDesk()
  const events = live.events.value.filter(({ peer }) => peer === name || (own && peer === undefined)).reverse()
  if (events.length === 0) return <p class="soft">Nothing is remembered of it yet.</p>
  return <News events={events} />
}
