import path from 'node:path'
import type { Folder } from '../disk/folder.ts'
import type { Container } from '../engine/container.ts'

/** Resolves a path of the engine's host as far as it exists here; undefined where there is nothing of that name. */
export type Resolve = (path: string) => Promise<string | undefined>

/**
 * Which containers belong to which folder, by folder name. Compose wrote the folder on each container. Its project
 * name only decides where no such path means anything here, as when the agent itself runs in a container: elsewhere
 * two projects of one name are two projects.
 */
export async function joinContainers(
  folders: readonly Folder[],
  containers: readonly Container[],
  resolve: Resolve
): Promise<Map<string, Container[]>> {
  const joined = new Map<string, Container[]>(folders.map(({ name }) => [name, []]))
  const byPath = new Map(folders.flatMap((folder) => (folder.real === undefined ? [] : [[folder.real, folder]])))
  const elsewhere: Container[] = []

  for (const container of containers) {
    if (container.project === undefined || container.oneOff) continue
    const owner = await ownerByPath(container, byPath, resolve)
    if (owner) joined.get(owner.name)?.push(container)
    else elsewhere.push(container)
  }
  const samePaths = [...joined.values()].some((own) => own.length > 0)
  for (const folder of folders) {
    const own = joined.get(folder.name) ?? []
    if (own.length > 0) joined.set(folder.name, ofOneProject(own, folder))
  }
  if (samePaths)
    return addUnplaced(
      joined,
      folders,
      elsewhere.filter(({ workingDir }) => workingDir === undefined)
    )

  const unknown = await Promise.all(
    elsewhere.map(async ({ workingDir }) => !workingDir || !(await resolve(workingDir)))
  )
  return addUnplaced(
    joined,
    folders,
    elsewhere.filter((_, index) => unknown[index])
  )
}

async function ownerByPath(
  { workingDir, configFiles }: Container,
  byPath: ReadonlyMap<string, Folder>,
  resolve: Resolve
): Promise<Folder | undefined> {
  const places = workingDir === undefined ? [] : [workingDir]
  for (const file of configFiles) if (file.startsWith('/')) places.push(path.posix.dirname(file))
  for (const place of places) {
    const owner = byPath.get(place) ?? byPath.get((await resolve(place)) ?? place)
    if (owner) return owner
  }
  return undefined
}

/** One folder may run as several projects (`compose -p`). Its own is the one that compose takes without a word. */
function ofOneProject(containers: Container[], { project }: Folder): Container[] {
  const byProject = Map.groupBy(containers, (container) => container.project)
  return byProject.get(project) ?? (byProject.size === 1 ? containers : [])
}

/** Two folders with one project name are in each other's way; neither is credited. */
function addUnplaced(
  joined: Map<string, Container[]>,
  folders: readonly Folder[],
  containers: readonly Container[]
): Map<string, Container[]> {
  if (containers.length === 0) return joined
  const byProject = Map.groupBy(folders, ({ project }) => project)
  for (const container of containers) {
    const [folder, ...others] = byProject.get(container.project ?? '') ?? []
    if (folder && others.length === 0 && mayBe(folder, container)) joined.get(folder.name)?.push(container)
  }
  return joined
}

/** A mount has another path in each container; the names of the folders in it stay. */
function mayBe({ name, real }: Folder, { workingDir }: Container): boolean {
  if (workingDir === undefined) return true
  const last = path.posix.basename(workingDir)
  return last === name || (real !== undefined && last === path.basename(real))
}
