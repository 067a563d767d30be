import '../styles/later.css'
import { useDesk } from '../lib/desk.ts'
import { Icon, type IconName } from '../parts/icon.tsx'

const PLACES: readonly (readonly [string, IconName, string])[] = [
  ['/diagnostics', 'machines', 'Diagnostics'],
  ['/settings', 'settings', 'Settings']
]

/** What the bar of a phone has no room for. */
export function More() {
  const { theme, session, signOut } = useDesk()
  return (
    <>
      <div class="head">
        <h1>More</h1>
      </div>
      <ul class="menu">
        {PLACES.map(([to, icon, word]) => (
          <li key={to}>
            <a href={to}>
              <Icon name={icon} /> {word}
            </a>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => theme.set(theme.next())}>
            <Icon name={theme.theme.value} /> Theme: {theme.theme.value}
          </button>
        </li>
        {session.token.value !== undefined && (
          <li>
            <button type="button" onClick={signOut}>
              <Icon name="out" /> Sign out
            </button>
          </li>
        )}
      </ul>
    </>
  )
}
