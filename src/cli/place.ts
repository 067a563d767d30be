import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CliFault, EXIT } from './exit.ts'
import type { Io } from './io.ts'
import { profilesFile, readProfiles } from './profiles.ts'

/** The agent that is talked to. */
export interface Place {
  readonly url: string
  readonly token: string | undefined
  /** Where the address came from, for people. */
  readonly from: string
  /** The certificate of an agent on this machine that made its own. */
  readonly ca: string | undefined
  /** A key that is there, but not for this user. */
  readonly locked: string | undefined
}

export interface PlaceFlags {
  readonly profile?: string | undefined
  readonly url?: string | undefined
  readonly token?: string | undefined
}

const USUAL_URL = 'http://127.0.0.1:8090'

/**
 * Which agent, and with which key: flags, then the environment, then the profile, then the agent that runs on this
 * machine. The key of the local agent goes to the local agent only.
 */
export function findPlace(flags: PlaceFlags, io: Pick<Io, 'env' | 'home' | 'cwd'>): Place {
  const { env } = io
  const local = findLocal(io)
  const profile = findProfile(flags.profile ?? env.FLATRUN_PROFILE, io)
  const given = flags.url ?? env.FLATRUN_URL
  const url = baseOf(given ?? profile?.url ?? local?.url ?? USUAL_URL)
  const atHome = local?.url !== undefined && baseOf(local.url) === url
  const ownToken = given === undefined || (profile && baseOf(profile.url) === url) ? profile?.token : undefined
  return {
    url,
    token: flags.token ?? (env.FLATRUN_TOKEN || undefined) ?? ownToken ?? (atHome ? local.token : undefined),
    from: origin(flags, env.FLATRUN_URL, profile?.name, local?.folder),
    ca: atHome ? local.ca : undefined,
    locked: atHome || given === undefined ? local?.locked : undefined
  }
}

function origin(
  flags: PlaceFlags,
  fromEnv: string | undefined,
  profile: string | undefined,
  folder: string | undefined
) {
  if (flags.url !== undefined) return '--url'
  if (fromEnv) return 'FLATRUN_URL'
  if (profile !== undefined) return `profile ${profile}`
  return folder ? `the agent of this machine (${folder})` : 'the default'
}

function findProfile(wanted: string | undefined, io: Pick<Io, 'env' | 'home'>) {
  const file = profilesFile(io)
  const { current, all } = readProfiles(file)
  const name = wanted ?? current
  const profile = all.get(name)
  if (wanted !== undefined && wanted !== '' && !profile) {
    const known = [...all.keys()].join(', ') || 'there are none'
    throw new CliFault(EXIT.usage, `no profile "${wanted}" in ${file}`, `Known profiles: ${known}`)
  }
  return profile && { name, ...profile }
}

interface Local {
  folder: string
  url: string
  token: string | undefined
  ca: string | undefined
  locked: string | undefined
}

/** The data path of an agent on this machine: the first in which there is one. */
function findLocal({ env, cwd }: Pick<Io, 'env' | 'cwd'>): Local | undefined {
  const places = [env.FLATRUN_DATA_PATH, path.join(cwd, 'data'), '/var/lib/flatrun-cluster']
  for (const folder of places) {
    if (!folder) continue
    const key = read(path.join(folder, 'admin.key'))
    const url = read(path.join(folder, 'url'))
    if (key.missing && url.missing) continue
    return {
      folder,
      url: url.text ?? USUAL_URL,
      token: key.text,
      ca: read(path.join(folder, 'tls.crt')).text,
      locked: key.text === undefined && !key.missing ? folder : undefined
    }
  }
  return undefined
}

function read(file: string): { text?: string; missing: boolean } {
  try {
    return { text: readFileSync(file, 'utf8').trim(), missing: false }
  } catch (error) {
    return { missing: !(error instanceof Error && 'code' in error && error.code === 'EACCES') }
  }
}

/** With or without `/api` at its end, as FlatRun's command line takes it. */
function baseOf(url: string): string {
  const whole = /^https?:\/\//i.test(url) ? url : `http://${url}`
  const parsed = URL.parse(whole)
  if (!parsed) throw new CliFault(EXIT.usage, `"${url}" is no URL`, 'For example: https://panel.example.org')
  return (parsed.origin + parsed.pathname).replace(/\/+$/, '').replace(/\/api$/, '')
}
