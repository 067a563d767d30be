import { realpath } from 'node:fs/promises'
import type { Deployment, DeploymentList } from '../../schemas/deployments/deployment.ts'
import { codeOf } from '../../untyped.ts'
import type { createAsRun } from '../disk/as-run.ts'
import type { Folder } from '../disk/folder.ts'
import type { Disk } from '../disk/folders.ts'
import type { Engine } from '../engine/client.ts'
import { type Container, readContainers } from '../engine/container.ts'
import { EngineFailure } from '../engine/failure.ts'
import { describe } from './describe.ts'
import { joinContainers, type Resolve } from './match-containers.ts'
import { runningFiles } from './running-files.ts'
import { createStrangers } from './strangers.ts'

/** One look at disk and engine together. */
export interface Survey {
  list: DeploymentList
  /** Deployments by the files that they run with. */
  disk: Disk
  containers: Container[]
  /** By deployment name. */
  folders: ReadonlyMap<string, Folder>
  members: ReadonlyMap<string, readonly Container[]>
  engine?: EngineFailure
  takenAt: number
}

export interface SurveyOptions {
  deploymentsPath: string
  readFolders: () => Promise<Disk>
  asRun: ReturnType<typeof createAsRun>
  engine: Engine
  now: () => number
}

/** Looks at every deployment's folder and, with a single question, at all containers. */
export function createSurveyor({ deploymentsPath, readFolders, asRun, engine, now }: SurveyOptions) {
  const described = createDescribed()

  return async (): Promise<Survey> => {
    const takenAt = now()
    const [found, asked] = await Promise.all([readFolders(), askEngine(engine)])
    const members = await joinContainers(found.folders, asked.containers, createResolve())
    const disk = { ...found, folders: await readAsRun(found.folders, members) }
    const unknown = asked.failure?.message
    const warningsOf = createWarnings(disk.folders, asked.containers)
    const deployments = disk.folders.map((folder) => {
      const own = members.get(folder.name) ?? []
      return withWarnings(described(folder, own, unknown), warningsOf(folder, own))
    })
    return {
      list: {
        deployments,
        path: deploymentsPath,
        ...(disk.error === undefined ? {} : { error: disk.error }),
        engine: { state: asked.failure?.state ?? 'connected', ...(unknown === undefined ? {} : { detail: unknown }) }
      },
      disk,
      containers: asked.containers,
      folders: new Map(disk.folders.map((folder) => [folder.name, folder])),
      members,
      ...(asked.failure === undefined ? {} : { engine: asked.failure }),
      takenAt
    }
  }

  async function readAsRun(folders: readonly Folder[], members: Survey['members']): Promise<Folder[]> {
    const read: Folder[] = []
    for (const folder of folders) {
      const files = runningFiles(members.get(folder.name) ?? [])
      read.push(files === undefined ? folder : await asRun(folder, files))
    }
    return read
  }
}

async function askEngine(engine: Engine): Promise<{ containers: Container[]; failure?: EngineFailure }> {
  try {
    return { containers: readContainers(await engine.json('/containers/json?all=1')) }
  } catch (failure) {
    if (!(failure instanceof EngineFailure)) throw failure
    return { containers: [], failure }
  }
}

/** Paths of containers repeat, so each is resolved once a survey. */
function createResolve(): Resolve {
  const known = new Map<string, Promise<string | undefined>>()
  return (path) => {
    const resolved = known.get(path) ?? resolvePath(path)
    known.set(path, resolved)
    return resolved
  }
}

/** What may not be looked at is there all the same. */
async function resolvePath(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (cause) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '') ? undefined : path
  }
}

/** What is odd about a deployment only beside the others. */
function createWarnings(folders: readonly Folder[], containers: readonly Container[]) {
  const byProject = Map.groupBy(folders, ({ project }) => project)
  const strangers = createStrangers(containers)

  return (folder: Folder, own: readonly Container[]): string[] => {
    const { name, project } = folder
    const others = (byProject.get(project) ?? []).filter((other) => other.name !== name)
    if (others.length === 0) return strangers.warnings(folder, own)
    const names = others.map((other) => other.name).join(', ')
    return [`Has the project name "${project}" in common with ${names}: compose takes them for one`]
  }
}

/** Most folders of a large server are as they were; those without containers need not be described again. */
function createDescribed(): typeof describe {
  const known = new WeakMap<Folder, { unknown: string | undefined; deployment: Deployment }>()
  return (folder, own, unknown) => {
    const before = known.get(folder)
    if (before && own.length === 0 && before.unknown === unknown) return before.deployment
    const deployment = describe(folder, own, unknown)
    if (own.length === 0) known.set(folder, { unknown, deployment })
    else known.delete(folder)
    return deployment
  }
}

function withWarnings(deployment: Deployment, warnings: readonly string[]): Deployment {
  if (warnings.length === 0) return deployment
  return { ...deployment, warnings: [...(deployment.warnings ?? []), ...warnings] }
}
