import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import pLimit from 'p-limit'
import { Fault } from '../compose/fault.ts'
import { createFolderReader, emptyFolder, type Folder } from './folder.ts'
import { codeOf } from './text.ts'

export interface Disk {
  folders: Folder[]
  /** Why deployments_path itself cannot be listed. */
  error?: string
}

/** Reads a folder apart from the event loop. @throws Fault */
export type ReadLarge = (root: string, realRoot: string, name: string) => Promise<Folder | undefined>

export interface FoldersOptions {
  root: string
  /** For folders whose YAML takes longer than the others may wait; else all are read here. */
  readLarge?: ReadLarge | undefined
}

/** Of the YAML and .env files of one folder together. */
const LARGE = 32 * 1024

/**
 * Lists the deployments that are on disk, by name; with `places`, as they were, but for the folders that these real
 * paths are or lie in. Hidden folders are not looked at.
 */
export function createFolders({ root, readLarge }: FoldersOptions) {
  // One for each folder, so that what a reader remembers goes when its folder does.
  const readers = new Map<string, ReturnType<typeof createFolderReader>>()
  const limit = pLimit(8)

  let last: { realRoot: string; found: Map<string, Folder | undefined> } | undefined

  return async (places?: ReadonlySet<string>): Promise<Disk> => {
    if (places && last) {
      const { realRoot, found } = last
      const names = [...found].filter(([, folder]) => folder && isAmong(folder, places)).map(([name]) => name)
      for (const [name, folder] of await readAll(realRoot, names)) found.set(name, folder)
      return diskOf(found)
    }
    const listed = await list(root)
    if ('error' in listed) return { folders: [], error: listed.error }
    const present = new Set(listed.names)
    for (const name of readers.keys()) if (!present.has(name)) readers.delete(name)
    last = { realRoot: listed.realRoot, found: new Map(await readAll(listed.realRoot, listed.names)) }
    return diskOf(last.found)
  }

  function readAll(realRoot: string, names: readonly string[]): Promise<[string, Folder | undefined][]> {
    return limit.map(names, async (name) => [name, await read(realRoot, name)])
  }

  async function read(realRoot: string, name: string): Promise<Folder | undefined> {
    const readFolder = readers.get(name) ?? createFolderReader()
    readers.set(name, readFolder)
    try {
      const large = readLarge && (await sizeOf(path.join(realRoot, name))) > LARGE
      return await (large ? readLarge : readFolder)(root, realRoot, name)
    } catch (cause) {
      return unreadable(root, name, cause instanceof Fault ? cause.message : `cannot be read (${codeOf(cause)})`)
    }
  }
}

const diskOf = (found: ReadonlyMap<string, Folder | undefined>): Disk => ({
  folders: [...found.values()].filter((folder) => folder !== undefined)
})

/** What a folder is made from may lie below it. */
function isAmong({ real = '', sources }: Folder, places: ReadonlySet<string>): boolean {
  return places.has(real) || sources.some((source) => places.has(path.dirname(source)))
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
    return { error: reason(codeOf(cause)) }
  }
}

async function sizeOf(place: string): Promise<number> {
  const names = (await readdir(place).catch(() => [])).filter((name) => /\.(ya?ml|env)$/.test(name))
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(place, name)).then(
        ({ size }) => size,
        () => 0
      )
    )
  )
  return sizes.reduce((all, size) => all + size, 0)
}

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
