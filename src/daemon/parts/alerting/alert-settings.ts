import { Type } from 'typebox'
import { createAlertSettings } from '../../../alerts/settings.ts'
import { check } from '../../../config/check/check.ts'
import type { Config } from '../../../config/config.ts'
import { dotted } from '../../../config/path.ts'
import { Alerts } from '../../../schemas/alerts/alert.ts'
import { alertsContext } from '../../../store/contexts.ts'
import type { Store } from '../../../store/store.ts'

const Sealed = Type.Object({ id: Type.Literal('settings'), sealed: Type.String() })

/** What was set by the API and the page: sealed as a whole, as its targets hold tokens. */
export async function buildAlertSettings(config: Config, store: Store) {
  const { vault } = store
  const table = await store.table('alert_settings', Sealed)
  const record = table.get('settings')
  const put = (text: string) => table.put({ id: 'settings', sealed: vault.seal(text, alertsContext) })
  const opened = record && vault.open(record.sealed, alertsContext)
  if (record && opened !== undefined && !vault.isCurrent(record.sealed)) await put(opened)
  return createAlertSettings({
    config: config.alerts,
    fixed: config.source.entries
      .filter(({ key, origin }) => key.startsWith('alerts.') && origin !== 'default')
      .map(({ key }) => key),
    read: () => opened && JSON.parse(opened),
    write: (settings) => put(JSON.stringify(settings)),
    check: (value) => {
      const faults: string[] = []
      const kept = check(Alerts, value, {
        fault: (path, _, message) => void faults.push(`${dotted(path)}: ${message}`.replace(/^: /, '')),
        foreign: () => false
      })
      return { kept, faults }
    }
  })
}
