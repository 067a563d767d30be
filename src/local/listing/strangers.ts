import type { Folder } from '../disk/folder.ts'
import type { Container } from '../engine/container.ts'

/** Containers that compose would take for a deployment's, or for its second project, and that are not its own. */
export function createStrangers(containers: readonly Container[]) {
  const lasting = containers.filter(({ oneOff }) => !oneOff)
  const byProject = Map.groupBy(lasting, ({ project }) => project)
  const byPlace = Map.groupBy(lasting, ({ workingDir }) => workingDir)

  return {
    /** Of the same project name, and from another folder. */
    ofProject(project: string, own: readonly Container[]): Container[] {
      return (byProject.get(project) ?? []).filter((container) => !own.includes(container))
    },

    /** What a person should know of them. */
    warnings({ real, project }: Folder, own: readonly Container[]): string[] {
      if (!byProject.has(project) && !byPlace.has(real)) return []
      const here = real === undefined ? [] : (byPlace.get(real) ?? [])
      const seconds = here.filter((container) => !own.includes(container) && container.project !== project)
      return [
        ...distinct(
          this.ofProject(project, own).map(({ workingDir }) => workingDir ?? 'a folder that they do not name')
        ).map((place) => `Containers from ${place} have the project name "${project}" too: they are not counted here`),
        ...distinct(seconds.map((container) => container.project ?? '')).map(
          (name) => `This folder runs as the project "${name}" too: its containers are not counted here`
        )
      ]
    }
  }
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)]
