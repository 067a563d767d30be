import path from 'node:path'
import type { Container } from '../engine/container.ts'

/**
 * The compose files that a deployment's containers were made with, relative to its folder; undefined where they do not
 * say. The newest container decides: compose leaves what did not change as it was, with the files of an earlier time.
 */
export function runningFiles(own: readonly Container[]): readonly string[] | undefined {
  const [first, ...others] = own.filter(({ configFiles }) => configFiles.length > 0)
  if (!first) return undefined
  const { configFiles, workingDir } = others.reduce((a, b) => (b.createdAt > a.createdAt ? b : a), first)
  // Compose v1 noted them as they were given to it.
  return configFiles.map((file) =>
    workingDir !== undefined && path.posix.isAbsolute(file)
      ? path.posix.relative(workingDir, file)
      : path.posix.normalize(file)
  )
}
