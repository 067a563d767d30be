import { lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { isRecord } from '../untyped.ts'
import { type Compose, type ComposeService, mergeCompose, parseCompose } from './compose.ts'
import { Fault } from './fault.ts'
import { codeOf, createParsed, isInside } from './parsed.ts'
import { parseProjectEnv, projectName } from './project.ts'
import { readYaml } from './yaml.ts'

/** One folder of deployments_path that holds a compose file, as it is on disk. */
export interface Folder {
  name: string
  path: string
  /** The path without symbolic links; absent when it cannot be followed. */
  real?: string
  /** The files that make up the project, the base first; empty when there is no telling. */
  files: string[]
  /** The name that compose would give to the project. */
  project: string
  services: ComposeService[]
  metadata?: Record<string, unknown>
  modifiedAt: number
  /** Why the compose file cannot be used. */
  error?: string
  warnings: string[]
}

/** In FlatRun's order, which is not that of docker compose: the first one that is there counts. */
const BASES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml']
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml'
]

/** The files of a deployment's folder that its entry in the list is made from. */
export const WATCHED: ReadonlySet<string> = new Set([...BASES, ...OVERRIDES, '.env', 'service.yml'])

/** Reads one folder of the deployments; undefined when it is no deployment. */
export function createFolderReader() {
  const composeOf = createParsed({ maxBytes: 256 * 1024, parse: parseCompose })
  const envOf = createParsed({ maxBytes: 64 * 1024, parse: parseProjectEnv })
  const metadataOf = createParsed({ maxBytes: 64 * 1024, parse: (text) => readYaml(text)[0] ?? {} })

  return async (root: string, realRoot: string, name: string): Promise<Folder | undefined> => {
    const place = path.join(root, name)
    const empty = { name, path: place, files: [], project: projectName(name), services: [], warnings: [] }
    const found = await locate(place, realRoot)
    if (found === undefined) return undefined
    if ('fault' in found) return { ...empty, modifiedAt: found.modifiedAt, error: `${name} ${found.fault}` }

    const bases = await present(found.real, BASES)
    const base = bases[0]
    if (base === undefined) return undefined
    const override = (await present(found.real, OVERRIDES))[0]
    const files = override === undefined ? [base] : [base, override]
    const folder: Folder = { ...empty, real: found.real, files, modifiedAt: found.modifiedAt, warnings: [] }
    if (bases.length > 1) folder.warnings.push(`${base} is used; ${bases.slice(1).join(', ')} beside it is not`)

    const env = await attempt(folder, '.env', () => envOf(path.join(found.real, '.env'), realRoot))
    if (env?.files)
      folder.warnings.push('COMPOSE_FILE in .env names other files for docker compose than those used here')
    const metadata = await attempt(folder, 'service.yml', () =>
      metadataOf(path.join(found.real, 'service.yml'), realRoot)
    )
    if (isRecord(metadata)) folder.metadata = metadata
    if (metadata?.type === 'infrastructure') return undefined

    const compose = await readProject(folder, realRoot)
    folder.services = compose?.services ?? []
    folder.warnings.push(...(compose?.warnings ?? []))
    folder.project = projectName(env?.project ?? plainName(compose?.name) ?? name)
    return folder
  }

  async function readProject(folder: Folder, realRoot: string): Promise<Compose | undefined> {
    let project: Compose | undefined
    for (const file of folder.files) {
      try {
        const compose = await composeOf(path.join(folder.real ?? folder.path, file), realRoot)
        if (compose) project = project ? mergeCompose(project, compose) : compose
      } catch (cause) {
        if (!(cause instanceof Fault)) throw cause
        folder.error = `${file} ${cause.message}`
        return undefined
      }
    }
    return project
  }
}

/** A name with a variable in it is known to compose alone. */
const plainName = (name: string | undefined) => (name?.includes('$') ? undefined : name)

/** A side file that cannot be read costs its part only. */
async function attempt<T>(folder: Folder, file: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    folder.warnings.push(`${file} ${cause.message}`)
    return undefined
  }
}

type Located = { real: string; modifiedAt: number } | { fault: string; modifiedAt: number }

async function locate(place: string, realRoot: string): Promise<Located | undefined> {
  const link = await lstat(place).catch(() => undefined)
  if (!link || !(link.isDirectory() || link.isSymbolicLink())) return undefined
  const modifiedAt = link.mtimeMs
  try {
    const real = await realpath(place)
    if (!isInside(real, realRoot)) return { fault: 'is a link that leads out of deployments_path', modifiedAt }
    const target = await stat(real)
    return target.isDirectory() ? { real, modifiedAt: target.mtimeMs } : undefined
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ELOOP') return { fault: 'is a loop of symbolic links', modifiedAt }
    if (code === 'ENOENT') return { fault: 'is a link to nothing', modifiedAt }
    return { fault: `cannot be read (${code})`, modifiedAt }
  }
}

async function present(place: string, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(names.map((name) => lstat(path.join(place, name)).catch(() => undefined)))
  return names.filter((_, index) => found[index] !== undefined && !found[index].isDirectory())
}
