import { describePort } from './ports.ts'
import { countOf } from './shape.ts'
import { isMapping, listOf, type Mapping, mappingOf, textOf } from './yaml/value.ts'

export type Condition = 'started' | 'healthy' | 'completed'

export interface Dependency {
  name: string
  condition: Condition
  /** Without it this service cannot be. */
  required: boolean
}

/** A service of a project, as compose would have it. */
export interface ComposeService {
  name: string
  /** Empty where it is built and the project names it. */
  image: string
  ports: string[]
  networks: string[]
  /** What must be up before it. */
  dependsOn: Dependency[]
  replicas: number
  /** Meant to run for ever, so that it is never done, only stopped. */
  lasting: boolean
  /** None of its profiles is active, so that it is made by hand only. */
  disabled: boolean
  /** Something else than an engine provides it: there is never a container. */
  external: boolean
  /** Why not everything about it is known. */
  unjudged?: string
}

/** Reads a service that is in its long form. */
export function readService(name: string, service: Mapping, profiles: ReadonlySet<string>): ComposeService {
  const own = listOf(service.get('profiles')).flatMap((profile) => textOf(profile) ?? [])
  return {
    name,
    image: textOf(service.get('image')) ?? '',
    ports: [...new Set(listOf(service.get('ports')).filter(isMapping).map(describePort))],
    networks: [...mappingOf(service.get('networks')).keys()],
    dependsOn: dependenciesOf(service).filter((dependency) => dependency.name !== name),
    replicas: replicasOf(name, service),
    lasting: /^(always|unless-stopped|any)$/.test(restartOf(service)),
    disabled: own.length > 0 && !profiles.has('*') && !own.some((profile) => profiles.has(profile)),
    external: service.has('provider')
  }
}

function replicasOf(name: string, service: Mapping): number {
  const scale = countOf(service.get('scale'), `services.${name}.scale`)
  const replicas = countOf(mappingOf(service.get('deploy')).get('replicas'), `services.${name}.deploy.replicas`)
  return scale ?? replicas ?? 1
}

/** The policy of a swarm wins, as in compose. */
function restartOf(service: Mapping): string {
  const policy = mappingOf(service.get('deploy')).get('restart_policy')
  return textOf(isMapping(policy) ? policy.get('condition') : service.get('restart')) ?? ''
}

function dependenciesOf(service: Mapping): Dependency[] {
  const declared = [...mappingOf(service.get('depends_on'))].map(([name, value]): Dependency => {
    const condition = textOf(mappingOf(value).get('condition')) ?? ''
    return { name, condition: conditionOf(condition), required: mappingOf(value).get('required') !== false }
  })
  const names = new Set(declared.map(({ name }) => name))
  const implied = [...new Set(impliedBy(service))].filter((name) => !names.has(name))
  return [...declared, ...implied.map((name): Dependency => ({ name, condition: 'started', required: true }))]
}

export function conditionOf(text: string): Condition {
  if (text === 'service_healthy') return 'healthy'
  return text === 'service_completed_successfully' ? 'completed' : 'started'
}

/** Compose also starts first what a service links to or borrows volumes and namespaces from. */
function impliedBy(service: Mapping): string[] {
  const texts = (key: string) => listOf(service.get(key)).flatMap((item) => textOf(item) ?? [])
  const linked = [...texts('links'), ...texts('volumes_from').filter((text) => !text.startsWith('container:'))]
  const shared = ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']
    .flatMap((key) => textOf(service.get(key)) ?? [])
    .filter((mode) => mode.startsWith('service:'))
  return [...linked.flatMap((text) => text.split(':')[0] ?? []), ...shared.map((mode) => mode.slice('service:'.length))]
}
