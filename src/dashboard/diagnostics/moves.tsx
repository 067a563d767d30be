import { When } from '../parts/ago.tsx'
import type { Move } from './actors.ts'

/** The changes that were seen since the page was opened, the newest first. */
export function Moves({ moves }: { moves: readonly Move[] }) {
  return (
    <section aria-label="Last changes">
      <div class="section">
        <h2>Last changes</h2>
        <span class="faint small">seen since this page was opened</span>
      </div>
      {moves.length === 0 && <p class="soft">None yet; it looks each second.</p>}
      <ul class="news">
        {moves.map((move) => (
          <li key={`${move.at} ${move.id} ${move.to}`}>
            <When at={move.at} />
            <span class="cut foreign">{move.name}</span>
            <span>
              {move.from} → <b>{move.to}</b>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
