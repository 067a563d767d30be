import type { AlertSettings, AlertsView } from '../../schemas/alerts/alert-api.ts'
import type { Api } from '../lib/access/api.ts'

/** Changes what is set now, and not what this page read a while ago: somebody else may have changed it since. */
export async function changeSettings(api: Pick<Api, 'get' | 'put'>, change: (now: AlertsView) => AlertSettings) {
  await api.put('/alerts', change(await api.get<AlertsView>('/alerts')))
}

/** Those that were made here come after those of the config, in the order of the settings; only there a name may be another. */
export function withoutTarget({ targets, settings }: AlertsView, name: string): AlertSettings {
  const at = targets.filter(({ from }) => from === 'here').findIndex((target) => target.name === name)
  return { ...settings, targets: (settings.targets ?? []).filter((_, index) => index !== at) }
}
