import { DeploymentNameInvalid, DeploymentUnknown, EngineUnavailable } from '../../errors/deployments.ts'
import type { Deployment } from '../../schemas/deployments/deployment.ts'
import type { Folder } from '../disk/folder.ts'
import type { Container } from '../engine/container.ts'
import { createStrangers } from './strangers.ts'
import type { Survey } from './survey.ts'

/** A deployment with all that is known of it. */
export interface Target {
  deployment: Deployment
  folder: Folder
  members: readonly Container[]
  /** Containers of the same project name that are not this deployment's. */
  strangers: readonly Container[]
}

/**
 * The deployment of that name. A name only ever selects one of the folders that were found; no path is made of it.
 * Throws when there is none, or when the engine must be asked and cannot be.
 */
export function findDeployment(survey: Survey, name: string, { engineNeeded = true } = {}): Target {
  if (name === '' || name.startsWith('.') || /[/\\\0]/.test(name)) throw new DeploymentNameInvalid()
  const folder = survey.folders.get(name)
  const deployment = survey.list.deployments.find((candidate) => candidate.name === name)
  if (!folder || !deployment) throw new DeploymentUnknown(name)
  if (engineNeeded) needEngine(survey)
  const members = survey.members.get(name) ?? []
  const strangers = createStrangers(survey.containers).ofProject(members[0]?.project ?? folder.project, members)
  return { deployment, folder, members, strangers }
}

export function needEngine({ engine }: Survey): void {
  if (engine) throw new EngineUnavailable(engine.message, { cause: engine })
}
