import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import pLimit from 'p-limit'
import { codeOf } from '../../untyped.ts'
import { Fault } from '../compose/fault.ts'
import { createFolderReader, emptyFolder, type Folder, FolderTooLarge } from './folder.ts'

export interface Disk {
  folders: Folder[]
  /** Real paths of the folders that are no deployments, and may become some. */
  others: string[]
  /** Why deployments_path itself cannot be listed. */
  error?: string
}

/** Reads a folder apart from the event loop. @throws Fault */
export type ReadLarge = (
  root: string,
  realRoot: string,
  name: string,
  files?: readonly string[]
) => Promise<Folder | undefined>

export interface FoldersOptions {
  root: string
  /** For folders whose YAML takes longer than the others may wait; else all are read here. */
  readLarge?: ReadLarge | undefined
  /** Told each folder's real path before anything in it is read. */
  located?: (real: string) => void
}

/** Of the files of one folder together. */
export const LARGE = 32 * 1024

interface Found {
  real?: string
  /** Absent where the folder is no deployment. */
  folder?: Folder
}

/**
 * Lists the deployments that are on disk, by name; with `places`, as they were, but for the folders that these real
 * paths are or lie in. Hidden folders are not looked at.
 */
export function createFolders({ root, readLarge, located = () => {} }: FoldersOptions) {
  // One for each folder, so that what a reader remembers goes when its folder does.
  const readers = new Map<string, ReturnType<typeof createFolderReader>>()
  const limit = pLimit(8)

  let last: { realRoot: string; found: Map<string, Found> } | undefined

  return async (places?: ReadonlySet<string>): Promise<Disk> => {
    if (places && last) {
      const { realRoot, found } = last
      const names = [...found].filter(([, one]) => isAmong(one, places)).map(([name]) => name)
      for (const [name, one] of await readAll(realRoot, names)) found.set(name, one)
      return diskOf(found)
    }
    const listed = await list(root)
    if ('error' in listed) return { folders: [], others: [], error: listed.error }
    const present = new Set(listed.names)
    for (const name of readers.keys()) if (!present.has(name)) readers.delete(name)
    last = { realRoot: listed.realRoot, found: new Map(await readAll(listed.realRoot, listed.names)) }
    return diskOf(last.found)
  }

  function readAll(realRoot: string, names: readonly string[]): Promise<[string, Found][]> {
    return limit.map(names, async (name) => [name, await read(realRoot, name)])
  }

  async function read(realRoot: string, name: string): Promise<Found> {
    const found: Found = {}
    try {
      const folder = await readHereOrApart(realRoot, name, (real) => {
        found.real = real
        located(real)
      })
      return folder ? { ...found, folder } : found
    } catch (cause) {
      return { ...found, folder: unreadable(root, name, whyUnreadable(cause)) }
    }
  }

  async function readHereOrApart(realRoot: string, name: string, at: (real: string) => void) {
    const readFolder = readers.get(name) ?? createFolderReader(readLarge ? { mostBytes: LARGE } : {})
    readers.set(name, readFolder)
    try {
      return await readFolder(root, realRoot, name, at)
    } catch (cause) {
      if (readLarge && cause instanceof FolderTooLarge) return await readLarge(root, realRoot, name)
      throw cause
    }
  }
}

const diskOf = (found: ReadonlyMap<string, Found>): Disk => ({
  folders: [...found.values()].flatMap(({ folder }) => folder ?? []),
  others: [...found.values()].flatMap(({ real, folder }) => (real === undefined || folder ? [] : real))
})

/** What a folder is made from may lie below it. */
function isAmong({ real = '', folder }: Found, places: ReadonlySet<string>): boolean {
  return places.has(real) || (folder?.sources.some((source) => places.has(path.dirname(source))) ?? false)
}

async function list(root: string): Promise<{ realRoot: string; names: string[] } | { error: string }> {
  try {
    const realRoot = await realpath(root)
    const entries = await readdir(realRoot, { withFileTypes: true })
    const places = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    return {
      realRoot,
      names: places
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('.'))
        .sort()
    }
  } catch (cause) {
    return { error: reason(codeOf(cause) ?? 'unknown') }
  }
}

/** The rest of a sentence about a folder. */
export const whyUnreadable = (cause: unknown) =>
  cause instanceof Fault ? cause.message : `cannot be read (${codeOf(cause) ?? 'unknown'})`

const unreadable = (root: string, name: string, why: string): Folder => ({
  ...emptyFolder(root, name),
  error: `${name} ${why}`
})

function reason(code: string): string {
  if (code === 'ENOENT') return 'deployments_path does not exist'
  if (code === 'ENOTDIR') return 'deployments_path is not a folder'
  if (code === 'EACCES') return 'deployments_path cannot be read: its permissions keep this agent out'
  return `deployments_path cannot be read (${code})`
}
