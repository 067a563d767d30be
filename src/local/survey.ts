import { realpath } from 'node:fs/promises'
import type { Deployment, DeploymentList } from '../schemas/deployment.ts'
import { describe } from './deployment.ts'
import type { Folder } from './disk/folder.ts'
import type { Disk } from './disk/folders.ts'
import type { Engine } from './engine/client.ts'
import { type Container, readContainers } from './engine/container.ts'
import { EngineFailure } from './engine/failure.ts'
import { joinContainers } from './join.ts'

/** One look at disk and engine together. */
export interface Survey {
  list: DeploymentList
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
  engine: Engine
  now: () => number
}

/** Looks at every deployment's folder and, with a single question, at all containers. */
export function createSurveyor({ deploymentsPath, readFolders, engine, now }: SurveyOptions) {
  return async (): Promise<Survey> => {
    const takenAt = now()
    const [disk, asked] = await Promise.all([readFolders(), askEngine(engine)])
    const members = await joinContainers(disk.folders, asked.containers, createResolve())
    const unknown = asked.failure?.message
    const deployments = disk.folders.map((folder) => describe(folder, members.get(folder.name) ?? [], unknown))
    return {
      list: {
        deployments: flagDoubles(deployments, disk.folders),
        path: deploymentsPath,
        ...(disk.error === undefined ? {} : { error: disk.error }),
        engine: { state: asked.failure?.state ?? 'connected', ...(unknown === undefined ? {} : { detail: unknown }) }
      },
      containers: asked.containers,
      folders: new Map(disk.folders.map((folder) => [folder.name, folder])),
      members,
      ...(asked.failure === undefined ? {} : { engine: asked.failure }),
      takenAt
    }
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
function createResolve(): (path: string) => Promise<string> {
  const known = new Map<string, Promise<string>>()
  return (path) => {
    const resolved = known.get(path) ?? realpath(path).catch(() => path)
    known.set(path, resolved)
    return resolved
  }
}

function flagDoubles(deployments: Deployment[], folders: readonly Folder[]): Deployment[] {
  const byProject = Map.groupBy(folders, ({ project }) => project)
  return deployments.map((deployment, index) => {
    const project = folders[index]?.project ?? ''
    const others = (byProject.get(project) ?? []).filter(({ name }) => name !== deployment.name)
    if (others.length === 0) return deployment
    const names = others.map(({ name }) => name).join(', ')
    const warning = `Has the project name "${project}" in common with ${names}: compose takes them for one`
    return { ...deployment, warnings: [...(deployment.warnings ?? []), warning] }
  })
}
