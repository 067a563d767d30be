import { lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { codeOf } from '../../untyped.ts'
import { isInside } from './text.ts'

interface Roots {
  root: string
  realRoot: string
}

export type Located = { real: string; modifiedAt: number } | { fault: string; modifiedAt: number }

/** Where a folder of deployments_path lies; undefined for what is no folder. */
export async function locate(name: string, { root, realRoot }: Roots): Promise<Located | undefined> {
  const link = await lstat(path.join(root, name)).catch(() => undefined)
  if (!link) return undefined
  const modifiedAt = link.mtimeMs
  if (link.isDirectory()) return { real: path.join(realRoot, name), modifiedAt }
  if (!link.isSymbolicLink()) return undefined
  try {
    const real = await realpath(path.join(root, name))
    if (!isInside(real, realRoot)) return { fault: 'is a link that leads out of deployments_path', modifiedAt }
    const target = await stat(real)
    return target.isDirectory() ? { real, modifiedAt: target.mtimeMs } : undefined
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ELOOP') return { fault: 'is a loop of symbolic links', modifiedAt }
    if (code === 'ENOENT') return { fault: 'is a link to nothing', modifiedAt }
    return { fault: `cannot be read (${code ?? 'unknown'})`, modifiedAt }
  }
}
