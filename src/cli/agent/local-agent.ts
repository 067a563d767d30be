import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { codeOf } from '../../untyped.ts'
import type { Io } from '../io.ts'

/** What an agent on this machine left in its data path for commands beside it. */
export interface LocalAgent {
  readonly folder: string
  readonly url: string
  readonly token: string | undefined
  /** What it serves https with; nobody has to vouch for it, because it was read here. */
  readonly certificate: string | undefined
  /** The key is there, but not for this user. */
  readonly locked: boolean
}

export interface Search {
  readonly agent: LocalAgent | undefined
  /** Why a folder that looks like a data path was passed over. */
  readonly passedOver: readonly string[]
}

/** Where the unit and the container image keep the data path. */
const SERVICE_FOLDER = '/var/lib/flatrun-cluster'
const USUAL_URL = 'http://127.0.0.1:8090'

/**
 * The first data path with an agent in it: the variable's, the installed service's, that of the working folder. A folder
 * that somebody else can write to is passed over, because its address would be told every token that is joined with.
 */
export function findLocalAgent({ env, cwd }: Pick<Io, 'env' | 'cwd'>): Search {
  // The owner of a folder that root or this user's own word names may keep the agent's files there.
  const places = [
    { folder: env.FLATRUN_DATA_PATH, chosen: true },
    { folder: SERVICE_FOLDER, chosen: true },
    { folder: path.join(cwd, 'data'), chosen: false }
  ]
  const passedOver: string[] = []
  for (const { folder, chosen } of places) {
    if (!folder) continue
    const owners = ownersOf(folder, chosen)
    const [key, url] = [read(folder, 'admin.key', owners), read(folder, 'url', owners)]
    if (key.state === 'missing' && url.state === 'missing') continue
    const foreign = foreignFolder(folder, owners) ?? key.foreign ?? url.foreign
    if (foreign === undefined) {
      return {
        passedOver,
        agent: {
          folder,
          url: url.text || USUAL_URL,
          token: key.text,
          certificate: read(folder, 'url.crt', owners).text,
          locked: key.state === 'locked'
        }
      }
    }
    passedOver.push(`${folder} was passed over: ${foreign}`)
  }
  return { agent: undefined, passedOver }
}

function ownersOf(folder: string, chosen: boolean): ReadonlySet<number> | undefined {
  // Windows knows no owner by number.
  const me = process.getuid?.()
  if (me === undefined) return undefined
  const owner = chosen ? statOf(folder)?.uid : undefined
  return new Set([0, me, ...(owner === undefined ? [] : [owner])])
}

interface Found {
  readonly state: 'missing' | 'locked' | 'there'
  readonly text?: string
  readonly foreign?: string
}

/** Who may write it is asked of the file that was opened, and not of a name that leads elsewhere a moment later. */
function read(folder: string, name: string, owners: ReadonlySet<number> | undefined): Found {
  const file = path.join(folder, name)
  let descriptor: number
  try {
    // A pipe in its place would be waited for.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    return { state: codeOf(error) === 'EACCES' ? 'locked' : 'missing' }
  }
  try {
    const foreign = foreignIn(file, fstatSync(descriptor), owners)
    return foreign === undefined
      ? { state: 'there', text: readFileSync(descriptor, 'utf8').trim() }
      : { state: 'there', foreign }
  } finally {
    closeSync(descriptor)
  }
}

function foreignFolder(folder: string, owners: ReadonlySet<number> | undefined): string | undefined {
  const stats = statOf(folder)
  return stats && foreignIn(folder, stats, owners)
}

/** Undefined also where a folder above may not be entered. */
function statOf(folder: string): Stats | undefined {
  try {
    return statSync(folder)
  } catch {
    return undefined
  }
}

function foreignIn(file: string, stats: Stats, owners: ReadonlySet<number> | undefined): string | undefined {
  if (!stats.isFile() && !stats.isDirectory()) return `${file} is no file`
  if (owners === undefined) return undefined
  const { uid, mode } = stats
  if (!owners.has(uid)) return `${file} belongs to another user`
  return (mode & 0o022) === 0 ? undefined : `others may write ${file} (chmod go-w)`
}
