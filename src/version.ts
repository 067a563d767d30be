import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Version } from './schemas/names.ts'

/** Of this program, from the package that it runs from. */
export function readVersion(folder = path.join(import.meta.dirname, '..')): Version {
  const { version, buildTime, gitCommit } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return {
    version: String(version),
    build_time: String(buildTime ?? 'unknown'),
    git_commit: String(gitCommit ?? 'unknown')
  }
}
