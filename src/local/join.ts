import type { Folder } from './disk/folder.ts'
import type { Container } from './engine/container.ts'

/** Resolves a path of the engine's host as far as it exists here. */
export type Resolve = (path: string) => Promise<string>

/**
 * Which containers belong to which folder, by folder name. Compose wrote the folder on each container; its project
 * name only decides where that path means nothing here, as when the agent itself runs in a container.
 */
export async function joinContainers(
  folders: readonly Folder[],
  containers: readonly Container[],
  resolve: Resolve
): Promise<Map<string, Container[]>> {
  const joined = new Map<string, Container[]>(folders.map(({ name }) => [name, []]))
  const byPath = new Map(folders.flatMap((folder) => (folder.real === undefined ? [] : [[folder.real, folder.name]])))
  const byProject = Map.groupBy(folders, ({ project }) => project)

  for (const container of containers) {
    if (container.project === undefined || container.oneOff) continue
    const owner = (await ownerByPath(container, byPath, resolve)) ?? ownerByProject(container.project, byProject)
    if (owner !== undefined) joined.get(owner)?.push(container)
  }
  return joined
}

async function ownerByPath(
  { workingDir, configFiles }: Container,
  byPath: ReadonlyMap<string, string>,
  resolve: Resolve
): Promise<string | undefined> {
  const places = workingDir === undefined ? [] : [workingDir]
  for (const file of configFiles) {
    if (file.startsWith('/')) places.push(file.slice(0, file.lastIndexOf('/')) || '/')
  }
  for (const place of places) {
    const owner = byPath.get(place) ?? byPath.get(await resolve(place))
    if (owner !== undefined) return owner
  }
  return undefined
}

/** Two folders with one project name are in each other's way; neither is credited. */
function ownerByProject(project: string, byProject: ReadonlyMap<string, readonly Folder[]>): string | undefined {
  const owners = byProject.get(project) ?? []
  return owners.length === 1 ? owners[0]?.name : undefined
}
