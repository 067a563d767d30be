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

/** The FlatRun whose API this agent speaks. */
const FLATRUN = '0.4.0'

/**
 * The version as FlatRun's clients are told it. Their UI takes it for one of FlatRun's agents, and warns on every page
 * where it is below 0.1.4, from 1.0 on, or has a suffix.
 */
export function asFlatRun(version: Version): Version {
  const [, minor = '0', patch = '0'] = /^0\.(\d+)\.(\d+)$/.exec(version.version) ?? []
  const accepted = Number(minor) > 1 || (Number(minor) === 1 && Number(patch) >= 4)
  return accepted ? version : { ...version, version: FLATRUN }
}
