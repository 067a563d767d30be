import type { AlertSettings, AlertsView } from '../../schemas/alerts/alert-api.ts'

/** One value of the rules that may be changed here. */
export interface Editable {
  /** As in the config, without the section: `rules.disk.over`. */
  key: string
  label: string
  value: string
  choices?: readonly (readonly [value: string, word: string])[]
}

const RULES: Record<string, string> = {
  disk: 'Disk',
  memory: 'Memory',
  load: 'Load',
  deployment: 'Deployments',
  restarts: 'Restarts in a loop',
  engine: 'Engine',
  flatrun: 'FlatRun’s agent',
  certificate: 'Certificates',
  clock: 'Clocks',
  backup: 'Backups'
}
const PERCENT: ReadonlySet<string> = new Set(['disk', 'memory'])
const ON_OR_OFF = [
  ['true', 'told'],
  ['false', 'off']
] as const

/** Every value that the config leaves open, in the order in which it is shown. */
export function editableIn(view: AlertsView): Editable[] {
  const { delay, grace, remind, rules, fixed } = view
  const all = [
    { key: 'delay', label: 'A peer is away for', value: delay },
    { key: 'grace', label: 'One that was stopped', value: grace },
    { key: 'remind', label: 'Reminders (off, or 24h)', value: remind },
    ...Object.entries(rules).flatMap(([name, rule]) =>
      Object.entries(rule).map(([word, value]) => ({
        key: `rules.${name}.${word}`,
        label: labelOf(name, word),
        value: String(value),
        ...(typeof value === 'boolean' && { choices: ON_OR_OFF })
      }))
    )
  ]
  return all.filter(({ key }) => !fixed.includes(`alerts.${key}`))
}

function labelOf(name: string, word: string): string {
  const rule = RULES[name] ?? name
  if (word === 'enabled') return rule
  if (word === 'over') return `${rule} over, ${PERCENT.has(name) ? '%' : 'for each processor'}`
  if (word === 'for') return `${rule} for`
  return word === 'within' ? `${rule} end within` : word === 'older' ? `${rule} older than` : `${rule} ${word}`
}

/**
 * What was set here, and of `said` whatever differs from what counts: what nobody changed follows the config and its
 * defaults as before.
 */
export function settingsWith(view: AlertsView, said: ReadonlyMap<string, string>): AlertSettings {
  const settings = structuredClone(view.settings)
  for (const { key, value } of editableIn(view)) {
    const now = said.get(key)
    if (now === undefined || now === value) continue
    const [section, name = '', word = ''] = key.split('.')
    if (section === 'delay' || section === 'grace' || section === 'remind') settings[section] = now
    else {
      const rules = { ...settings.rules }
      rules[name] = { ...rules[name], [word]: typed(now, view.rules[name]?.[word]) }
      settings.rules = rules
    }
  }
  return settings
}

/** As the value that counts is: a number that is none is sent as it was written, and refused in words. */
function typed(text: string, like: unknown): string | number | boolean {
  if (typeof like === 'boolean') return text === 'true'
  return typeof like === 'number' && /^-?\d+$/.test(text) ? Number(text) : text
}
