import path from 'node:path'
import { checkEnvFiles, checkProject } from './check.ts'
import { Fault } from './fault.ts'
import { loadLayers } from './load.ts'
import { type ComposeService, readService } from './service.ts'
import { parseEnv } from './variables/env.ts'
import { interpolate, type Lookup } from './variables/interpolate.ts'
import { createReading, type Reading, type ReadingOptions } from './yaml/reading.ts'
import { mappingOf, textOf } from './yaml/value.ts'

/** A compose project, as compose would have it. */
export interface Project {
  name: string
  /** Where its paths begin. */
  dir: string
  /** Absolute, the base first. */
  files: string[]
  services: ComposeService[]
  /** Why there may be more services than these. */
  incomplete: string[]
  warnings: string[]
}

/** `root` is the folder that compose is run in, without links. */
export interface ProjectSource extends ReadingOptions {
  /** The folder's name as people know it. */
  folder: string
  /** What is in the folder. */
  names: ReadonlySet<string>
  /** Instead of those that compose chooses by itself. */
  files?: readonly string[]
  /** The variables that compose is run with. */
  environment: Lookup
}

const BASES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml'
]

/** Names in a folder that decide whether and how it is a project. */
export const PROJECT_NAMES: readonly string[] = [...BASES, ...OVERRIDES, '.env']

/** What compose makes of a folder; undefined for one without a compose file. Throws a Fault for what it would refuse. */
export async function loadProject(source: ProjectSource): Promise<Project | undefined> {
  const { root, names } = source
  if (!PROJECT_NAMES.some((name) => names.has(name))) return undefined
  const reading = createReading(source)
  const outer = await envOf(root, reading, source.environment)
  const chosen = chooseFiles(source, outer)
  const [first] = chosen.files
  if (first === undefined) return undefined

  const dir = path.dirname(first)
  const set = dir === root ? outer : await envOf(dir, reading, outer)
  const name = await nameOf({ ...source, files: chosen.files }, dir, reading, set)
  const lookup: Lookup = (variable) => (variable === 'COMPOSE_PROJECT_NAME' ? name : set(variable))
  const tree = await loadLayers({ files: chosen.files, dir, lookup, within: [] }, reading)
  if (tree.size === 0 && reading.incomplete.length === 0) throw new Fault(`${path.relative(root, first)} is empty`)

  const profiles = new Set((set('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim()))
  const services = [...mappingOf(tree.get('services'))].map(([service, value]): ComposeService => {
    const unjudged = reading.unjudged.get(service)
    return { ...readService(service, mappingOf(value), profiles), ...(unjudged === undefined ? {} : { unjudged }) }
  })
  if (services.length === 0 && reading.incomplete.length === 0)
    throw new Fault(`${path.relative(root, first)} has no services`)
  if (reading.incomplete.length === 0) checkProject(tree, services)
  await checkEnvFiles(tree, services, reading)
  return { name, dir, files: chosen.files, services, incomplete: reading.incomplete, warnings: chosen.warnings }
}

/** The variables of a folder's .env beneath those that are set already. */
async function envOf(dir: string, { read, inFile }: Reading, outer: Lookup): Promise<Lookup> {
  const file = path.join(dir, '.env')
  const text = await read(file)
  if (text === undefined) return outer
  const own = await inFile(file, async () => parseEnv(text, outer))
  return (name) => outer(name) ?? own.get(name)
}

function chooseFiles({ root, names, files }: ProjectSource, env: Lookup): { files: string[]; warnings: string[] } {
  if (files) return { files: [...files], warnings: [] }
  const wanted = env('COMPOSE_FILE')
  if (wanted !== undefined) {
    const listed = wanted.split(env('COMPOSE_PATH_SEPARATOR') || ':').map((file) => path.resolve(root, file))
    const outside = listed.find((file) => !file.startsWith(`${root}${path.sep}`))
    if (outside !== undefined) throw new Fault('COMPOSE_FILE in .env names a file outside of the folder')
    return { files: listed, warnings: [] }
  }
  const bases = BASES.filter((name) => names.has(name))
  const overrides = OVERRIDES.filter((name) => names.has(name))
  const warnings = [bases, overrides]
    .filter((found) => found.length > 1)
    .map(([used, ...others]) => `${used} is used; ${others.join(', ')} beside it is not`)
  const chosen = bases.length === 0 ? [] : [...bases.slice(0, 1), ...overrides.slice(0, 1)]
  return { files: chosen.map((name) => path.join(root, name)), warnings }
}

/** COMPOSE_PROJECT_NAME, else the last `name:` in the files, else the folder's. */
async function nameOf(
  { root, folder, files }: Pick<ProjectSource, 'root' | 'folder'> & { files: readonly string[] },
  dir: string,
  reading: Reading,
  env: Lookup
): Promise<string> {
  const set = env('COMPOSE_PROJECT_NAME')
  if (set) {
    if (projectName(set) === set) return set
    throw new Fault('COMPOSE_PROJECT_NAME is no project name: lower case letters, digits, dash and underscore')
  }
  let given = ''
  for (const file of files) {
    await reading.inFile(file, async () => {
      for (const { value } of await reading.documents(file)) given = textOf(value.get('name')) || given
      given = interpolate(given, env)
    })
  }
  if (given === '') return projectName(dir === root ? folder : path.basename(dir))
  const name = projectName(given)
  if (name === '') throw new Fault('The name of the project has no letter or digit in it')
  return name
}

/** The name as compose makes it: lower case, letters, digits, dash and underscore, beginning with one of the first two. */
export function projectName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '')
}
