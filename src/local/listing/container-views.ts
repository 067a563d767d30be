import type { ContainerView } from '../../schemas/deployments/operation.ts'
import type { Container } from '../engine/container.ts'
import type { Survey } from './survey.ts'

/** All containers of this machine, each with the deployment that it belongs to, by name. */
export function viewContainers(survey: Survey): ContainerView[] {
  const ownerOf = ownersOf(survey)
  return survey.containers
    .map((container) => view(container, ownerOf(container)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function ownersOf({ members }: Survey): (container: Container) => string | undefined {
  const owners = new Map([...members].flatMap(([name, own]) => own.map(({ id }) => [id, name])))
  return ({ id }) => owners.get(id)
}

function view(container: Container, deployment: string | undefined): ContainerView {
  const { id, name, image, state, status, health, createdAt, ports, networks, project, service } = container
  return {
    id: id.slice(0, 12),
    name,
    image,
    state,
    status,
    ...(health === undefined ? {} : { health }),
    created_at: new Date(createdAt).toISOString(),
    ports,
    networks,
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
    ...(deployment === undefined ? {} : { deployment })
  }
}
