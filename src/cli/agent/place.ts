import { CliFault, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import { findLocalAgent, type LocalAgent } from './local-agent.ts'
import { profilesFile, readProfiles } from './profiles.ts'

/** The agent that is talked to. */
export interface Place {
  readonly url: string
  readonly token: string | undefined
  /** Where the address came from, for people. */
  readonly from: string
  /** Nobody named the address: it lay in a data path of this machine. */
  readonly found: boolean
  /** The data path of the agent, where it is on this machine. */
  readonly dataPath: string | undefined
  /** What it serves https with, where that was read on this machine: PEM, the server's own first. */
  readonly certificate: string | undefined
  /** The key that its https has, as a profile keeps it; whatever certificate holds that key is right. */
  readonly pin?: string | undefined
  /** The data path with a key that is not for this user. */
  readonly locked: string | undefined
  /** What a person should know about how it was found. */
  readonly notes: readonly string[]
}

export interface PlaceFlags {
  readonly profile?: string | undefined
  readonly url?: string | undefined
  readonly token?: string | undefined
}

const USUAL_URL = 'http://127.0.0.1:8090'

/**
 * Which agent, and with which key: flags, then the environment, then the profile, then the agent that runs on this
 * machine. The key of the local agent goes to the local agent only, and a key that was given goes to no address that
 * was merely found.
 * @throws CliFault
 */
export function findPlace(flags: PlaceFlags, io: Pick<Io, 'env' | 'home' | 'cwd'>): Place {
  const { env } = io
  const { agent: local, passedOver } = findLocalAgent(io)
  const profile = findProfile(flags.profile ?? env.FLATRUN_PROFILE, io)
  const given = flags.url ?? (env.FLATRUN_URL || undefined)
  const url = baseOf(given ?? profile?.url ?? local?.url ?? USUAL_URL)
  const atHome = local !== undefined && baseOf(local.url) === url
  const ownToken = given === undefined || (profile && baseOf(profile.url) === url) ? profile?.token : undefined
  const found = given === undefined && profile === undefined && local !== undefined
  const givenToken = flags.token ?? (env.FLATRUN_TOKEN || undefined)
  if (found && givenToken !== undefined) throw tokenWithoutUrl(local)
  return {
    url,
    token: givenToken ?? ownToken ?? (atHome ? local.token : undefined),
    from: origin(flags, env.FLATRUN_URL, profile?.name, local?.folder),
    found,
    dataPath: atHome ? local.folder : undefined,
    certificate: atHome ? local.certificate : undefined,
    pin: profile && baseOf(profile.url) === url ? profile.pin : undefined,
    locked: local?.locked && (atHome || given === undefined) ? local.folder : undefined,
    notes: given === undefined && profile === undefined ? passedOver : []
  }
}

const tokenWithoutUrl = ({ url, folder }: LocalAgent) =>
  new CliFault(
    EXIT.usage,
    'a key was given, and no address to send it to',
    `Add --url ${url} if you mean the agent of this machine (${folder}); without a key, its own is used`
  )

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

/** With or without `/api` at its end, as FlatRun's command line takes it. */
function baseOf(url: string): string {
  const whole = /^https?:\/\//i.test(url) ? url : `http://${url}`
  const parsed = URL.parse(whole)
  if (!parsed) throw new CliFault(EXIT.usage, `"${url}" is no URL`, 'For example: https://panel.example.org')
  return (parsed.origin + parsed.pathname).replace(/\/+$/, '').replace(/\/api$/, '')
}
