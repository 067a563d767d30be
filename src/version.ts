import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Version } from './schemas/names.ts'

/** Set while bundling: which commit a shipped program was built from. */
declare const __BUILD__: Version | undefined

/** Of this program: what it was built as, or the package that it runs from. */
export function readVersion(folder = path.join(import.meta.dirname, '..')): Version {
  if (typeof __BUILD__ !== 'undefined') return __BUILD__
  const { version, buildTime, gitCommit } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return {
    version: String(version),
    build_time: String(buildTime ?? 'unknown'),
    git_commit: String(gitCommit ?? 'unknown')
  }
}
