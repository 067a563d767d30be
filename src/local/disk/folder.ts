import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { Fault } from '../compose/fault.ts'
import { loadProject, PROJECT_NAMES, projectName } from '../compose/project.ts'
import type { ComposeService } from '../compose/service.ts'
import { composeEnvironment, lookupIn } from '../compose/variables/environment.ts'
import { locate } from './locate.ts'
import { METADATA, metadataOf } from './metadata.ts'
import { readText, stampOf } from './text.ts'

/** One folder of deployments_path that compose would take for a project, as it is on disk. */
export interface Folder {
  name: string
  path: string
  /** The path without symbolic links; absent when it cannot be followed. */
  real?: string
  /** The files that make up the project, relative to the folder, the base first; empty when there is no telling. */
  files: readonly string[]
  /** The name that compose would give to the project. */
  project: string
  services: readonly ComposeService[]
  /** Why there may be more services than these. */
  incomplete: readonly string[]
  metadata?: Record<string, unknown>
  modifiedAt: number
  /** When the newest of the files that the project is made from was written. */
  writtenAt: number
  /** What its containers were made with, where compose would choose other files today. */
  startedWith?: {
    files: readonly string[]
    /** Why they cannot be used again; `files` of the folder are then compose's choice. */
    lost?: string
  }
  /** Why compose would not start it. */
  error?: string
  warnings: readonly string[]
  /** What was looked at besides the files of the usual names in the folder; a change of it may change the entry. */
  sources: readonly string[]
}

const UNREAD = ''
const MAX_BYTES = 256 * 1024

/** Names in a deployment's folder that its entry in the list is made from, whatever its files say. */
export const WATCHED: ReadonlySet<string> = new Set([...PROJECT_NAMES, METADATA])

/** A folder with more in it than is read here. */
export class FolderTooLarge extends Error {
  override name = 'FolderTooLarge'
}

interface ReaderOptions {
  mostBytes?: number
  /** Instead of those that compose would choose, relative to the folder. */
  files?: readonly string[] | undefined
}

/**
 * Reads one folder of the deployments, again only when something that it was made from has changed. Throws
 * FolderTooLarge before more than `mostBytes` of it are parsed.
 */
export function createFolderReader({ mostBytes = Number.POSITIVE_INFINITY, files }: ReaderOptions = {}) {
  let known: (Read & { key: string }) | undefined

  return async (
    root: string,
    realRoot: string,
    name: string,
    located: (real: string) => void = () => {}
  ): Promise<Folder | undefined> => {
    const found = await locate(name, { root, realRoot })
    if (found === undefined) return undefined
    if ('fault' in found) {
      const error = `${name} ${found.fault}`
      return { ...emptyFolder(root, name), modifiedAt: found.modifiedAt, error }
    }
    located(found.real)
    if (known) {
      const stamps = await Promise.all([...known.stamps.keys()].map(stampOf))
      if (known.key === keyOf(found, stamps)) return known.folder
    }
    const read = await readFolder({ root, realRoot, name, mostBytes, ...(files ? { files } : {}), ...found })
    known = { ...read, key: keyOf(found, read.stamps.values()) }
    return read.folder
  }
}

export function emptyFolder(root: string, name: string): Folder {
  return {
    ...{ name, path: path.join(root, name), project: projectName(name), modifiedAt: 0, writtenAt: 0 },
    ...{ files: [], services: [], incomplete: [], warnings: [], sources: [] }
  }
}

const keyOf = ({ real, modifiedAt }: { real: string; modifiedAt: number }, stamps: Iterable<string | undefined>) =>
  [real, modifiedAt, ...stamps].join('\n')

interface Read {
  folder: Folder | undefined
  /** What was looked at, as it was then. */
  stamps: ReadonlyMap<string, string | undefined>
}

interface Place {
  root: string
  realRoot: string
  name: string
  real: string
  modifiedAt: number
  mostBytes: number
  files?: readonly string[]
}

async function readFolder({ root, realRoot, name, real, modifiedAt, mostBytes, files }: Place): Promise<Read> {
  const stamps = new Map<string, string | undefined>()
  const entries = await entriesOf(real)
  let writtenAt = 0
  let bytes = 0
  const read = async (file: string): Promise<string | undefined> => {
    const here = path.dirname(file) === real
    const entry = here ? entries.get(path.basename(file)) : undefined
    // Whether it comes to be there is seen by the folder itself.
    if (here && !entry) return undefined
    const resolved = entry?.isFile() === true
    // Of what cannot be read nothing is known by which a change would show.
    if (!stamps.has(file)) stamps.set(file, resolved ? UNREAD : await stampOf(file))
    // The folder's own files may be shared by links; what they name must lie in the folder.
    const own = here && WATCHED.has(path.basename(file))
    const inside = own ? { root: realRoot, rootName: 'deployments_path' } : { root: real, rootName: 'its folder' }
    const found = await readText(file, { ...inside, maxBytes: MAX_BYTES, resolved })
    if (!found) return undefined
    if (stamps.get(file) === UNREAD) stamps.set(file, found.stamp)
    if (path.basename(file) !== METADATA) writtenAt = Math.max(writtenAt, found.modifiedAt)
    spend(found.text.length)
    return found.text
  }
  function spend(size: number): void {
    bytes += size
    if (bytes > mostBytes) throw new FolderTooLarge()
  }
  const names = new Set([...entries.values()].filter((entry) => !entry.isDirectory()).map((entry) => entry.name))
  const folder = { ...emptyFolder(root, name), real, modifiedAt }
  const { metadata, warnings } = await metadataOf(path.join(real, METADATA), read)
  const project = await projectOf({
    root: real,
    folder: name,
    names,
    read,
    again: spend,
    environment: lookupIn(composeEnvironment(folder.path)),
    ...(files ? { files: files.map((file) => path.join(real, file)) } : {})
  })
  const none = project === undefined || metadata?.type === 'infrastructure'
  const all = {
    ...folder,
    ...project,
    warnings: [...(project?.warnings ?? []), ...warnings],
    ...(metadata ? { metadata } : {})
  }
  const sources = [...stamps.keys()].filter((file) => path.dirname(file) !== real || !WATCHED.has(path.basename(file)))
  return { folder: none ? undefined : { ...all, writtenAt, sources }, stamps }
}

type Found = Pick<Folder, 'files' | 'services' | 'incomplete' | 'warnings'> & { project?: string; error?: string }

async function projectOf(source: Parameters<typeof loadProject>[0]): Promise<Found | undefined> {
  try {
    const project = await loadProject(source)
    if (!project) return undefined
    const { name, files, services, incomplete, warnings } = project
    return {
      project: name,
      files: files.map((file) => path.relative(source.root, file)),
      services,
      incomplete,
      warnings
    }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    const files = PROJECT_NAMES.filter((name) => name !== '.env' && source.names.has(name)).slice(0, 1)
    return { files, services: [], incomplete: [], warnings: [], error: cause.message }
  }
}

async function entriesOf(place: string): Promise<Map<string, Dirent>> {
  const entries = await readdir(place, { withFileTypes: true })
  return new Map(entries.map((entry) => [entry.name, entry]))
}
