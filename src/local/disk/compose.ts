import { isRecord, listOf, textOf, textsOf } from '../untyped.ts'
import { Fault } from './fault.ts'
import { readYaml } from './yaml.ts'

export interface ComposeService {
  name: string
  image: string
  ports: string[]
  networks: string[]
  /** Services that must be up before this one. */
  dependsOn: string[]
  /** Those of `dependsOn` that must not only be up but healthy. */
  needsHealthy: string[]
  /** Meant to run for ever (`restart: always`, `unless-stopped`), so that it is never done, only stopped. */
  lasting: boolean
  /** Behind a profile or scaled to zero, so that its absence is nothing to worry about. */
  optional: boolean
}

export interface Compose {
  /** The project's name, where the file gives one. */
  name?: string
  services: ComposeService[]
  warnings: string[]
}

/** What a compose file says about its services. It evaluates nothing: variables stay as they were written. */
export function parseCompose(text: string): Compose {
  if (text.trim() === '') throw new Fault('is empty')
  const documents = readYaml(text).map(readDocument)
  if (documents.length === 0) throw new Fault('is empty')
  return documents.reduce(mergeCompose)
}

/** Two files of one project as compose merges them: the later one's scalars win, its lists are added. */
export function mergeCompose(base: Compose, over: Compose): Compose {
  const services = new Map(base.services.map((service) => [service.name, service]))
  for (const service of over.services) {
    const before = services.get(service.name)
    services.set(service.name, before ? mergeService(before, service) : service)
  }
  const name = over.name ?? base.name
  return {
    ...(name === undefined ? {} : { name }),
    services: [...services.values()],
    warnings: [...base.warnings, ...over.warnings]
  }
}

function mergeService(base: ComposeService, over: ComposeService): ComposeService {
  return {
    name: base.name,
    image: over.image || base.image,
    ports: union(base.ports, over.ports),
    networks: union(base.networks, over.networks),
    dependsOn: union(base.dependsOn, over.dependsOn),
    needsHealthy: union(base.needsHealthy, over.needsHealthy),
    lasting: base.lasting || over.lasting,
    optional: base.optional || over.optional
  }
}

function readDocument(document: Record<string, unknown>): Compose {
  const name = textOf(document.name)
  const warnings = document.include === undefined ? [] : ['Files named under "include" are not read here']
  const compose = { ...(name === undefined ? {} : { name }), warnings }
  if (isRecord(document.services)) {
    return { ...compose, services: Object.entries(document.services).map(([key, value]) => readService(key, value)) }
  }
  if (document.services === undefined && document.include !== undefined) return { ...compose, services: [] }
  throw new Fault(document.services === undefined ? 'has no "services"' : 'has "services" that are not a mapping')
}

function readService(name: string, value: unknown): ComposeService {
  const service = isRecord(value) ? value : {}
  return {
    name,
    image: textOf(service.image) ?? '',
    ports: listOf(service.ports).flatMap((port) => readPort(port) ?? []),
    networks: namesOf(service.networks),
    dependsOn: union(namesOf(service.depends_on), impliedBy(service)).filter((other) => other !== name),
    needsHealthy: healthyOf(service.depends_on),
    lasting: /^(always|unless-stopped)$/.test(textOf(service.restart) ?? ''),
    optional: listOf(service.profiles).length > 0 || replicasOf(service) === '0'
  }
}

function readPort(port: unknown): string | undefined {
  if (!isRecord(port)) return textOf(port)
  const target = textOf(port.target)
  if (target === undefined) return undefined
  const protocol = textOf(port.protocol) ?? 'tcp'
  const inside = protocol === 'tcp' ? target : `${target}/${protocol}`
  const published = textOf(port.published)
  if (published === undefined) return inside
  const host = textOf(port.host_ip)
  return host === undefined ? `${published}:${inside}` : `${host}:${published}:${inside}`
}

function healthyOf(dependsOn: unknown): string[] {
  if (!isRecord(dependsOn)) return []
  const conditions = Object.entries(dependsOn).filter(
    ([, value]) => isRecord(value) && value.condition === 'service_healthy'
  )
  return conditions.map(([name]) => name)
}

/** Compose also starts first what a service links to or borrows volumes and namespaces from. */
function impliedBy(service: Record<string, unknown>): string[] {
  const linked = [...textsOf(service.links), ...textsOf(service.volumes_from)]
    .filter((text) => !text.startsWith('container:'))
    .flatMap((text) => text.split(':')[0] ?? [])
  const shared = [service.network_mode, service.ipc, service.pid]
    .flatMap((mode) => textOf(mode) ?? [])
    .filter((mode) => mode.startsWith('service:'))
    .map((mode) => mode.slice('service:'.length))
  return [...linked, ...shared]
}

function replicasOf(service: Record<string, unknown>): string | undefined {
  return textOf(service.scale) ?? (isRecord(service.deploy) ? textOf(service.deploy.replicas) : undefined)
}

const namesOf = (value: unknown): string[] => (isRecord(value) ? Object.keys(value) : textsOf(value))

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])]
