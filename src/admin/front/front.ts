import { randomBytes } from 'node:crypto'
import { chownSync, copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { Given } from '../../cli/command.ts'
import type { Io } from '../../cli/io.ts'
import { askFor } from '../../cli/prompt.ts'
import { loadConfig } from '../../config/config.ts'
import { Fatal } from '../../errors/fatal.ts'
import { rewrite } from '../config-set.ts'
import { configMeant } from '../subject.ts'
import { CHANGED, type Change, changedText, planBack, planFront, valueAt } from './plan.ts'

/** A config as it was before. */
const KEPT = '.before-front'

interface Files {
  theirs: string
  ours: string
}

/** `flatrun-cluster front`: this agent in front of FlatRun's, by two configs; with `--undo` as it was before. */
export async function front(given: Given, io: Io, root?: string): Promise<undefined> {
  const files = filesOf(given, io, root)
  if (given.has('undo')) return undo(files, given, io)
  const { theirs, ours } = files
  if (existsSync(theirs + KEPT))
    throw new Fatal(64, `${theirs}${KEPT} is there: this agent stands in front already; --undo takes it back`)
  const [known, own] = [read(theirs), existsSync(ours) ? read(ours) : {}]
  if (valueAt(known, 'auth.enabled') === false)
    throw new Fatal(
      78,
      `auth.enabled is false in ${theirs}: FlatRun lets in anybody, so nobody can be told apart; turn it on first`
    )
  if (existsSync(ours) && (statSync(ours).mode & 0o004) !== 0)
    throw new Fatal(
      64,
      `every user of this machine can read ${ours}, and FlatRun’s admin key would stand in it; take that right away first, and let the service run as a user of its own: service install --user NAME, or the package`
    )
  const port = Number(given.option('port') || 8092)
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || port === valueAt(known, 'api.port'))
    throw new Fatal(64, `--port ${given.option('port')}: another free port is wanted, from 1 to 65535`)
  const wishes = {
    host: given.option('flatrunHost') || '127.0.0.1',
    port,
    key: `fr_${randomBytes(32).toString('base64url')}`
  }
  const plan = planFront(known, own, wishes)
  tell(io, files, plan)
  if (given.has('dryRun') || !(await agreed(given, io))) return
  const texts = textsOf(files, plan)
  for (const file of [theirs, ours]) if (existsSync(file)) keep(file)
  try {
    write(files, texts, io)
  } catch (error) {
    takeBack(files)
    throw error
  }
  io.out('This agent stands in front of FlatRun’s after:')
  for (const line of RESTART) io.out(`  ${line}`)
  io.err(`As it was: flatrun-cluster front --undo --flatrun-config ${theirs} --config ${ours}`)
}

async function undo(files: Files, given: Given, io: Io): Promise<undefined> {
  const { theirs, ours } = files
  if (!existsSync(theirs + KEPT)) throw new Fatal(66, `there is no ${theirs}${KEPT}: nothing is to be undone`)
  const before = existsSync(ours + KEPT) ? read(ours + KEPT) : {}
  const plan = {
    flatrun: planBack(read(theirs), read(theirs + KEPT), CHANGED.flatrun, existsSync(ours) ? read(ours) : {}),
    own: existsSync(ours) ? planBack(read(ours), before, CHANGED.own) : []
  }
  tell(io, files, plan)
  if (given.has('dryRun') || !(await agreed(given, io))) return
  write(files, textsOf(files, plan), io)
  forget(files)
  io.out('FlatRun’s agent is as it was after:')
  // This one has to leave the port first.
  for (const line of RESTART.toReversed()) io.out(`  ${line}`)
}

const RESTART = ['systemctl restart flatrun-agent', 'systemctl restart flatrun-cluster']

function filesOf({ option }: Given, io: Io, root?: string): Files {
  const theirs = path.resolve(io.cwd, option('flatrunConfig'))
  if (option('flatrunConfig') === '' || !existsSync(theirs))
    throw new Fatal(66, 'name FlatRun’s config: --flatrun-config /etc/flatrun/config.yml')
  const { file } = configMeant({ args: [], option }, io, root)
  if (file === undefined)
    throw new Fatal(66, 'no service is installed; name the config of this agent with --config FILE')
  const ours = path.resolve(io.cwd, file)
  if (ours === theirs) throw new Fatal(64, 'the two agents need a config each; name another one with --config FILE')
  return { theirs, ours }
}

function read(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) ?? {}
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && 'path' in cause) throw cause
    throw new Fatal(78, `${file} is no YAML that can be read; nothing was changed`, { cause })
  }
}

interface Plan {
  flatrun: Change[]
  own: Change[]
}

function tell(io: Io, { theirs, ours }: Files, { flatrun, own }: Plan): void {
  for (const [file, changes] of [
    [theirs, flatrun],
    [ours, own]
  ] as const) {
    io.out(`${file}:`)
    for (const { key, to, said } of changes)
      io.out(`  ${key}: ${said ?? (to === undefined ? 'goes' : JSON.stringify(to))}`)
    if (changes.length === 0) io.out('  nothing')
  }
}

async function agreed(given: Given, io: Io): Promise<boolean> {
  if (given.has('yes')) return true
  if (!io.interactive) throw new Fatal(64, 'nobody is there to be asked; add --yes')
  return /^y(es)?$/i.test(await askFor(io, 'Do it? (yes or no)', 'no'))
}

/** With the owner and the mode that the file has. */
function keep(file: string): void {
  const { uid, gid } = statSync(file)
  copyFileSync(file, file + KEPT)
  if (process.getuid?.() === 0) chownSync(file + KEPT, uid, gid)
}

function forget({ theirs, ours }: Files): void {
  for (const file of [theirs, ours]) rmSync(file + KEPT, { force: true })
}

/** Our config as it was before; FlatRun's is written last, and so never changed when something failed. */
function takeBack({ theirs, ours }: Files): void {
  if (existsSync(ours + KEPT)) renameSync(ours + KEPT, ours)
  else rmSync(ours, { force: true })
  rmSync(theirs + KEPT, { force: true })
}

type Texts = Record<keyof Files, string>

/** Both new texts, before anything is written. @throws Fatal */
function textsOf({ theirs, ours }: Files, { flatrun, own }: Plan): Texts {
  const changed = (file: string, changes: readonly Change[]) => {
    try {
      return changedText(existsSync(file) ? readFileSync(file, 'utf8') : '', changes)
    } catch (cause) {
      throw new Fatal(78, `${file} has a section that cannot be changed here; nothing was changed`, { cause })
    }
  }
  return { ours: changed(ours, own), theirs: changed(theirs, flatrun) }
}

/** Ours first: when its config would be wrong, FlatRun's is as it was. */
function write({ theirs, ours }: Files, texts: Texts, io: Io): void {
  rewrite(ours, texts.ours, (draft) => {
    loadConfig({ file: draft, env: io.env, cwd: io.cwd })
  })
  rewrite(theirs, texts.theirs, (draft) => void read(draft))
}
