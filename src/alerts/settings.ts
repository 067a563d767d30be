import { BadRequest, SetInConfig } from '../errors/requests.ts'
import type { Alerts } from '../schemas/alerts/alert.ts'
import type { AlertSettings } from '../schemas/alerts/alert-api.ts'
import { type AlertTarget, TARGETS } from '../schemas/alerts/alert-target.ts'
import { keysOf } from './delivery/outbox.ts'

/** What was set here, checked: parts of the section of the config. */
type Stored = Partial<Omit<Alerts, 'rules' | 'targets'>> & { rules?: object; targets?: AlertTarget[] }

export interface SettingsOptions {
  config: Alerts
  /** Keys that the config sets itself, with dots: `alerts.rules.disk.over`. */
  fixed: readonly string[]
  /** What was written here before; it holds secrets. */
  read(): unknown
  write(settings: unknown): Promise<void>
  /** As the config is checked: what remains, and what is wrong in words. */
  check(value: unknown): { kept: unknown; faults: string[] }
}

/**
 * The settings of alerts: the config's, and what was set here where the config says nothing. So each value has one place,
 * and what a file says is what counts.
 */
export function createAlertSettings({ config, fixed, read, write, check }: SettingsOptions) {
  let stored = understood(check(read() ?? {}).kept)
  const isFixed = (key: string) => fixed.includes(key)

  function effective(): Alerts {
    const { targets = [], ...others } = stored
    return { ...overlaid(config, others, 'alerts', isFixed), targets: [...config.targets, ...targets] }
  }

  return {
    effective,
    fixed: fixed.filter((key) => key !== 'alerts.targets'),
    /** As it can be sent back, without what is secret. */
    view: (): AlertSettings => ({
      ...withoutUndefined({
        ...{ delay: stored.delay, grace: stored.grace, remind: stored.remind, maintenance: stored.maintenance }
      }),
      ...(stored.rules && { rules: Object.fromEntries(Object.entries(stored.rules)) }),
      targets: (stored.targets ?? []).map(shown)
    }),
    isOwn: (index: number) => index >= config.targets.length,
    /** Takes the place of all that was set here. @throws BadRequest with every fault; then nothing has changed */
    async put(sent: AlertSettings): Promise<void> {
      const taken = leavesOf(sent).filter(isFixed)
      if (taken.length > 0) throw new SetInConfig(taken.join(', '))
      const known = stored.targets ?? []
      const whole = { ...sent, ...(sent.targets && { targets: sent.targets.map((one) => withSecrets(one, known)) }) }
      const { kept, faults } = check(whole)
      if (faults.length > 0) throw new BadRequest(faults.join('; '))
      const next = understood(kept)
      assertNames([...config.targets, ...(next.targets ?? [])], next.targets ?? [])
      await write(next)
      stored = next
    }
  }
}

export type AlertSettingsStore = ReturnType<typeof createAlertSettings>

/** The check let through what the schema of the section has, and nothing else. */
function understood(kept: unknown): Stored {
  return typeof kept === 'object' && kept !== null ? { ...kept } : {}
}

/** Every value that is given, but for those that the config has. */
function overlaid<T extends object>(base: T, above: object, path: string, isFixed: (key: string) => boolean): T {
  const entries = Object.entries(base).map(([key, value]: [string, unknown]) => {
    const at = `${path}.${key}`
    const given: unknown = Object.entries(above).find(([name]) => name === key)?.[1]
    if (given === undefined || isFixed(at)) return [key, value]
    return [key, isSection(value) && isSection(given) ? overlaid(value, given, at, isFixed) : given]
  })
  return Object.assign(structuredClone(base), Object.fromEntries(entries))
}

const isSection = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function leavesOf(value: object, path = 'alerts'): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (inner === undefined || (path === 'alerts' && key === 'targets')) return []
    return isSection(inner) ? leavesOf(inner, `${path}.${key}`) : [`${path}.${key}`]
  })
}

const secretsOf = (type: AlertTarget['type']): string[] =>
  Object.entries(TARGETS[type].properties).flatMap(([key, schema]) => ('writeOnly' in schema ? [key] : []))

/**
 * Who sends no secret keeps what is stored, all of it: else a token that is known here could be sent to an address that
 * somebody else chose.
 */
function withSecrets(sent: { type: string; name: string }, known: readonly AlertTarget[]) {
  const before = known.find(({ type, name }) => type === sent.type && name === sent.name)
  if (!before) return sent
  const secrets = secretsOf(before.type)
  if (Object.keys(sent).some((key) => secrets.includes(key))) return sent
  const kept = Object.entries(before).filter(([key]) => secrets.includes(key))
  return { ...sent, ...Object.fromEntries(kept) }
}

function shown(target: AlertTarget): { type: AlertTarget['type']; name: string } {
  const secrets = secretsOf(target.type)
  const open = Object.entries(target).filter(([key]) => !secrets.includes(key))
  return { ...Object.fromEntries(open), type: target.type, name: target.name ?? target.type }
}

function assertNames(all: readonly AlertTarget[], own: readonly AlertTarget[]): void {
  const nameless = own.find(({ name }) => name === undefined)
  if (nameless) throw new BadRequest('targets: each needs a name')
  const keys = keysOf(all)
  const twice = all.find(({ name }, index) => name !== undefined && keys[index] !== name)
  if (twice) throw new BadRequest(`targets: there are two with the name "${twice.name}"`)
}

const withoutUndefined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
