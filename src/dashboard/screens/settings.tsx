import '../styles/later.css'
import { useDesk } from '../lib/desk.ts'
import { AlertSettings } from './alert-settings.tsx'
import { AuditLog } from './audit-log.tsx'
import { ConfigList } from './config-list.tsx'

const TABS = [
  ['', 'Config'],
  ['alerts', 'Alerts'],
  ['audit', 'Audit']
] as const

/** What this server runs with, whom it tells, and who did what. Nothing here is changed by the page: the file is. */
export function Settings() {
  const { route, status } = useDesk()
  const [tab] = TABS.find(([key]) => key === route.path.value[1]) ?? TABS[0]
  const { version, agent_version: own, fingerprint } = status.data.value ?? {}
  return (
    <>
      <div class="head">
        <h1>Settings</h1>
        <span class="soft">
          flatrun-cluster {own}
          {version && version.git_commit !== 'unknown' && (
            <span class="faint mono"> {version.git_commit.slice(0, 8)}</span>
          )}
          {fingerprint && (
            <span class="faint mono" title="Fingerprint of this server">
              {' '}
              · {fingerprint}
            </span>
          )}
        </span>
      </div>
      <nav class="tabs line" aria-label="Settings">
        {TABS.map(([key, word]) => (
          <a key={key} href={`/settings${key ? `/${key}` : ''}`} aria-current={tab === key ? 'page' : undefined}>
            {word}
          </a>
        ))}
      </nav>
      {tab === '' && <ConfigList />}
      {tab === 'alerts' && <AlertSettings />}
      {tab === 'audit' && <AuditLog />}
    </>
  )
}
