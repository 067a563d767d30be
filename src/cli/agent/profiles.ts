import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { codeOf } from '../../untyped.ts'
import { CliFault, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import { row, text } from '../text/shape.ts'

export interface Profile {
  readonly url: string
  readonly token: string
  /** The key that its https has, where no authority vouches for it. */
  readonly pin?: string
}

export interface Profiles {
  readonly current: string
  readonly all: ReadonlyMap<string, Profile>
}

/** Where the profiles lie: FLATRUN_CONFIG, our own file, or that of FlatRun's command line where there is only that. */
export function profilesFile({ env, home }: Pick<Io, 'env' | 'home'>): string {
  if (env.FLATRUN_CONFIG) return env.FLATRUN_CONFIG
  const own = path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'flatrun-cluster', 'config.json')
  const flatrun = path.join(home, '.flatrun', 'config.json')
  return !existsSync(own) && existsSync(flatrun) ? flatrun : own
}

/** In the form of FlatRun's command line, so that each of the two finds what the other saved. */
export function readProfiles(file: string): Profiles {
  if (!existsSync(file)) return { current: '', all: new Map() }
  const stored = row(parse(file))
  const all = Object.entries(row(stored.profiles)).map(([name, profile]) => {
    const { url, token, pin } = row(profile)
    return [name, { url: text(url), token: text(token), ...(text(pin) !== '' && { pin: text(pin) }) }] as const
  })
  return { current: text(stored.current_profile), all: new Map(all) }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = codeOf(error) ?? 'it is no JSON'
    throw new CliFault(
      EXIT.usage,
      `${file} cannot be read: ${reason}`,
      'Repair or delete it, then: flatrun-cluster login'
    )
  }
}

/** Whole or not at all, for nobody else to read: a half-written file would lose every key. */
export function writeProfiles(file: string, { current, all }: Profiles): void {
  const folder = path.dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const text = JSON.stringify({ current_profile: current, profiles: Object.fromEntries(all) }, null, 2)
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, `${text}\n`, { mode: 0o600 })
  chmodSync(fresh, 0o600)
  renameSync(fresh, file)
}
