import '../styles/later.css'
import { EventList } from './events/list.tsx'

/** What happened on all servers, and who did it. */
export const Events = () => (
  <>
    <div class="head">
      <h1>Events</h1>
    </div>
    <EventList />
  </>
)
