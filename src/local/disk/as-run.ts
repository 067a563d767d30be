import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { createFolderReader, type Folder, FolderTooLarge } from './folder.ts'
import { type FoldersOptions, LARGE, whyUnreadable } from './folders.ts'

/**
 * Reads a deployment by the files that its containers were made with (`compose -f`, or what has been changed since),
 * where compose would choose other ones today: what runs is judged, and added to, by what it was made from.
 */
export function createAsRun({ root, readLarge }: Pick<FoldersOptions, 'root' | 'readLarge'>) {
  const readers = new WeakMap<Folder, { files: string; read: ReturnType<typeof createFolderReader> }>()

  return async (folder: Folder, files: readonly string[]): Promise<Folder> => {
    if (folder.real === undefined || said(files) === said(folder.files)) return folder
    const lost = await whyLost(folder.real, files)
    const read = lost === undefined ? await readWith(folder, files) : undefined
    if (read) return { ...read, startedWith: { files }, warnings: [...read.warnings, ...instead(folder, files)] }
    const why = lost ?? 'which make no project any more'
    const warning = `It was started with ${said(files)}, ${why}: it is judged by ${said(folder.files)}`
    return { ...folder, startedWith: { files, lost: why }, warnings: [...folder.warnings, warning] }
  }

  async function readWith(folder: Folder, files: readonly string[]): Promise<Folder | undefined> {
    try {
      return await readHereOrApart(folder, files)
    } catch (cause) {
      // It costs its own deployment only.
      return { ...folder, files, services: [], error: `${folder.name} ${whyUnreadable(cause)}` }
    }
  }

  async function readHereOrApart(folder: Folder, files: readonly string[]): Promise<Folder | undefined> {
    const realRoot = await realpath(root)
    try {
      return await readerOf(folder, files)(root, realRoot, folder.name)
    } catch (cause) {
      if (readLarge && cause instanceof FolderTooLarge) return await readLarge(root, realRoot, folder.name, files)
      throw cause
    }
  }

  function readerOf(folder: Folder, files: readonly string[]) {
    const known = readers.get(folder)
    if (known?.files === said(files)) return known.read
    const read = createFolderReader({ files, ...(readLarge ? { mostBytes: LARGE } : {}) })
    readers.set(folder, { files: said(files), read })
    return read
  }
}

const said = (files: readonly string[]) => files.join(', ')

/** Of a folder that has a fault it is not known what compose would choose. */
const instead = (folder: Folder, files: readonly string[]): string[] =>
  folder.error === undefined
    ? [`It runs with ${said(files)}: compose by itself would choose ${said(folder.files)}`]
    : []

async function whyLost(real: string, files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if (path.isAbsolute(file) || file.startsWith('..')) return 'which is not in its folder'
    const found = await stat(path.join(real, file)).catch(() => undefined)
    if (!found) return 'which is not there any more'
  }
  return undefined
}
