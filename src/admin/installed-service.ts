import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The service of this machine, as its unit describes it. */
export interface InstalledService {
  readonly config: string
  /** What the service manager gives it and a shell does not have. */
  readonly env: Readonly<Record<string, string>>
}

const UNIT = 'flatrun-cluster.service'
const UNIT_FOLDERS = ['etc', 'run', 'usr/local/lib', 'usr/lib', 'lib'].map((folder) => `${folder}/systemd/system`)
const CONFIG = 'etc/flatrun-cluster/config.yml'
const DATA_PATH = 'var/lib/flatrun-cluster'
const CREDENTIALS = 'etc/flatrun-cluster/credentials'

/**
 * The installed service: its unit and what an operator added to it, or, where a package was taken away, the config and the
 * data that it left. Undefined where there is neither. Reads files only, so it works without systemd as well.
 */
export function findInstalledService(root = '/'): InstalledService | undefined {
  const unit = unitText(root)
  const named = unit === undefined ? undefined : configIn(unit)
  const config = named ?? (existsSync(path.join(root, CONFIG)) ? path.join(root, CONFIG) : undefined)
  if (config === undefined) return undefined
  const env = {
    STATE_DIRECTORY: path.join(root, DATA_PATH),
    CREDENTIALS_DIRECTORY: path.join(root, CREDENTIALS),
    ...variablesIn(unit ?? '')
  }
  return { config, env }
}

/** Of the folders the first one counts; files of the folders .d are added to it. */
function unitText(root: string): string | undefined {
  const texts = UNIT_FOLDERS.map((folder) => text(path.join(root, folder, UNIT)))
  // A masked unit is a link to /dev/null.
  const unit = texts.find((one) => one !== undefined && one !== '')
  if (unit === undefined) return undefined
  const added = UNIT_FOLDERS.flatMap((folder) => {
    const place = path.join(root, folder, `${UNIT}.d`)
    return names(place).map((name) => text(path.join(place, name)) ?? '')
  })
  return [unit, ...added].join('\n')
}

function configIn(unit: string): string | undefined {
  const words = valuesOf(unit, 'ExecStart').flatMap(wordsOf)
  const at = words.findLastIndex((word) => word === '--config' || word === '-c')
  return at < 0 ? undefined : words[at + 1]
}

function variablesIn(unit: string): Record<string, string> {
  const pairs = valuesOf(unit, 'Environment').flatMap(wordsOf)
  return Object.fromEntries(
    pairs
      .filter((pair) => pair.startsWith('FLATRUN_') && pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  )
}

const valuesOf = (unit: string, name: string) =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)

/** The words of a line as systemd parts them: by spaces that are not inside quotes. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = '']) =>
    (quoted?.replace(/\\(.)/g, '$1') ?? bare).replaceAll('%%', '%').replaceAll('$$', '$')
  )

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf'))
      .toSorted()
  } catch {
    return []
  }
}
