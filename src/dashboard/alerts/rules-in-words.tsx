import type { AlertsView } from '../../schemas/alerts/alert-api.ts'

/** What it takes for people to be told. */
export function RulesInWords({ view: { delay, grace, remind, rules, maintenance, heartbeat } }: { view: AlertsView }) {
  const off = Object.entries(rules).flatMap(([name, { enabled }]) => (enabled === false ? [name] : []))
  const on = Object.keys(rules).filter((name) => !off.includes(name))
  const limits = ['disk', 'memory'].flatMap((name) => {
    const rule = rules[name]
    return rule && rule.enabled !== false ? [`${name} over ${rule.over} % for ${rule.for}`] : []
  })
  return (
    <p class="soft after">
      Told of: peers that are away for {delay}, or stopped for {grace}, {on.join(', ')}
      {limits.length > 0 && ` (${limits.join(', ')})`}.{off.length > 0 && ` Off: ${off.join(', ')}.`}{' '}
      {remind === 'off' ? 'No reminders.' : `Reminders every ${remind}.`}
      {maintenance.length > 0 &&
        ` ${maintenance.length} maintenance ${maintenance.length === 1 ? 'window' : 'windows'}.`}
      {heartbeat && ` A heartbeat to ${heartbeat.where} every ${heartbeat.every}.`}
    </p>
  )
}
