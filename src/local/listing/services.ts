import type { ComposeService } from '../compose/service.ts'
import type { Folder } from '../disk/folder.ts'
import type { Container } from '../engine/container.ts'
import { sameImage } from './image.ts'

/** One service as it should be, and the containers that it has. */
export interface ServiceState {
  name: string
  containers: readonly Container[]
  /** How many containers it should have; undefined where that is not known. */
  wanted: number | undefined
  /** Meant to run for ever, so that it is never done, only stopped. */
  lasting: boolean
  /** The files no longer have it. */
  orphan: boolean
  /** Why not everything about it is known. */
  unjudged?: string
  declared?: ComposeService
}

/** What the files declare, in their order, then what has containers besides: left over, or of files that are not known. */
export function servicesOf(folder: Folder, containers: readonly Container[]): ServiceState[] {
  const byService = Map.groupBy(containers, ({ service, name }) => service ?? name)
  const declared = folder.services.map((service): ServiceState => {
    const { name, lasting, unjudged } = service
    const own = { name, containers: byService.get(name) ?? [], lasting, orphan: false, declared: service }
    return { ...own, wanted: wantedOf(service), ...(unjudged === undefined ? {} : { unjudged }) }
  })
  const known = new Set(folder.services.map(({ name }) => name))
  const whole = folder.error === undefined && folder.incomplete.length === 0
  const others = [...byService].filter(([name]) => !known.has(name))
  return [
    ...declared,
    ...others.map(([name, own]) => ({ name, containers: own, wanted: undefined, lasting: false, orphan: whole }))
  ]
}

function wantedOf({ disabled, external, replicas, unjudged }: ComposeService): number | undefined {
  if (unjudged !== undefined) return undefined
  return disabled || external ? 0 : replicas
}

/** The image that the files name for a service, where its containers were made from another one. */
export function otherImageOf({ declared, containers }: ServiceState): string | undefined {
  const wanted = declared?.image
  if (!wanted) return undefined
  return containers.some(({ image }) => image !== '' && !sameImage(image, wanted)) ? wanted : undefined
}
