import type { Command } from 'commander'
import { createClient } from '../../agent/client.ts'
import { findPlace } from '../../agent/place.ts'
import { type Profile, type Profiles, profilesFile, readProfiles, writeProfiles } from '../../agent/profiles.ts'
import { examples, type Given, givenTo, type Tie } from '../../command.ts'
import type { Flags } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { readText } from '../../fields.ts'
import type { Io } from '../../io.ts'
import { pinFor, pinGiven } from './login-pin.ts'

/** Profiles: which agents there are, and with which keys. They call no agent but to try a key at `login`. */
export function configureCommands(program: Command, { io }: Tie): void {
  const local = (command: Command, run: Run) =>
    command.action(() => run(io, givenTo(command), command.optsWithGlobals<Flags>()))
  const family = program.command('configure').summary('Save and switch between profiles')
  family.addHelpText(
    'after',
    examples(
      'configure set --profile prod --url https://panel.example.org --token-stdin < key',
      'configure list',
      'configure use prod'
    )
  )
  local(withKey(family.command('set').summary('Save a profile')), set)
  local(family.command('list').summary('List the profiles'), list)
  local(family.command('use <profile>').summary('Make a profile the usual one'), use)
  local(family.command('delete <profile>').summary('Forget a profile and its key'), forget)
  const login = withKey(program.command('login').summary('Try a key, and save it as a profile'))
  login.addHelpText(
    'after',
    examples('login --url https://panel.example.org', 'login --url https://panel.example.org --token-file key')
  )
  local(login, logIn)
}

type Run = (io: Io, given: Given, flags: Flags) => Promise<void>

async function set(io: Io, given: Given, flags: Flags): Promise<void> {
  const { url } = flags
  if (!url) throw new CliFault(EXIT.usage, '--url is wanted', 'For example: --url https://panel.example.org')
  save(flags.profile || 'default', { url, token: await keyOf(given, flags, io), ...pinGiven(given) }, io)
}

async function list(io: Io, _given: Given, { json }: Flags): Promise<void> {
  const { current, all } = readProfiles(profilesFile(io))
  const profiles = [...all].toSorted().map(([name, { url }]) => ({ name, url, current: name === current }))
  if (json) return io.out(JSON.stringify({ profiles }, null, 2))
  if (profiles.length === 0) io.out('None')
  for (const { name, url, current } of profiles) io.out(`${current ? '*' : ' '} ${name}\t${url}`)
}

async function use(io: Io, { args: [name = ''] }: Given): Promise<void> {
  const profiles = known(name, io)
  writeProfiles(profilesFile(io), { ...profiles, current: name })
  io.out(`Using profile "${name}"`)
}

async function forget(io: Io, { args: [name = ''] }: Given): Promise<void> {
  const { current, all } = known(name, io)
  const left = new Map([...all].filter(([other]) => other !== name))
  const next = current === name ? ([...left.keys()].toSorted()[0] ?? '') : current
  writeProfiles(profilesFile(io), { current: next, all: left })
  io.out(`Deleted profile "${name}"`)
}

async function logIn(io: Io, given: Given, flags: Flags): Promise<void> {
  const { url, found } = findPlace({ url: flags.url, profile: undefined }, io)
  if (found)
    throw new CliFault(
      EXIT.usage,
      `--url is wanted: a key goes to no address that was merely found (${url})`,
      'The agent of this machine needs no login'
    )
  const insecure = flags.insecureSkipVerify === true
  // Before the key is asked for: whom it would go to is the first question.
  const pin = insecure || !url.startsWith('https:') ? {} : await pinFor(url, given, io)
  const token = await keyOf(given, flags, io)
  const place = { ...findPlace({ url }, io), token, ...pin, locked: undefined }
  const client = createClient({ place, timeoutMs: 30_000, insecure, signal: io.signal, trace: () => {} })
  await client.get('/users/me')
  save(flags.profile || 'default', { url, token, ...pin }, io)
}

const withKey = (command: Command) =>
  command
    .option('--token-stdin', 'Read the key from stdin')
    .option('--pin <pin>', 'Trust the certificate with this key: flatrun-cluster status on that server shows it')

function save(name: string, profile: Profile, io: Io): void {
  const file = profilesFile(io)
  const { all } = readProfiles(file)
  writeProfiles(file, { current: name, all: new Map([...all, [name, profile]]) })
  io.out(`Saved profile "${name}"`)
}

function known(name: string, io: Io): Profiles {
  const profiles = readProfiles(profilesFile(io))
  if (!profiles.all.has(name))
    throw new CliFault(EXIT.failed, `profile "${name}" does not exist`, 'flatrun-cluster configure list')
  return profiles
}

async function keyOf(given: Given, flags: Flags, io: Io): Promise<string> {
  const ways = [given.has('tokenStdin'), flags.token !== undefined, flags.tokenFile !== undefined].filter(Boolean)
  if (ways.length > 1) throw new CliFault(EXIT.usage, '--token, --token-file and --token-stdin exclude each other')
  const key = given.has('tokenStdin') ? await fromStdin(io) : flags.tokenFile ? readText(flags.tokenFile) : flags.token
  const said = key ?? (io.interactive ? await io.ask('Key: ', { hidden: true }) : '')
  if (said.trim() === '')
    throw new CliFault(EXIT.usage, 'no key was given', 'Use --token-stdin, --token-file FILE, or a terminal')
  return said.trim()
}

async function fromStdin(io: Io): Promise<string> {
  const text = await io.piped()
  if (text === undefined)
    throw new CliFault(EXIT.usage, '--token-stdin wants the key piped in', 'For example: --token-stdin < key')
  return text
}
