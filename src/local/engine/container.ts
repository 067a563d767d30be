import { isRecord, listOf, numberOf, textOf } from '../../untyped.ts'

/** One container as the engine lists it, with what compose wrote on it. */
export interface Container {
  id: string
  name: string
  image: string
  /** running, exited, paused, restarting, created, dead. */
  state: string
  /** The engine's own words: `Up 2 hours (healthy)`. */
  status: string
  health?: string
  exitCode?: number
  /** Wall milliseconds. */
  createdAt: number
  ports: string[]
  networks: string[]
  project?: string
  service?: string
  /** `n` of `service-n`, where a service is scaled. */
  number: number
  workingDir?: string
  configFiles: string[]
  /** Of the settings that compose made it with. */
  configHash?: string
  /** What compose had to have up before it; undefined where compose did not note it. */
  dependsOn: { name: string; condition: string }[] | undefined
  /** Made by `compose run`, so no part of the running project. */
  oneOff: boolean
}

const LABEL = 'com.docker.compose.'

/** The containers of `/containers/json`; what is not one is left out. */
export const readContainers = (answer: unknown): Container[] =>
  listOf(answer).flatMap((item) => readContainer(item) ?? [])

function readContainer(item: unknown): Container | undefined {
  if (!isRecord(item)) return undefined
  const id = textOf(item.Id)
  if (id === undefined) return undefined
  const labels = isRecord(item.Labels) ? item.Labels : {}
  const label = (name: string) => textOf(labels[LABEL + name])
  const status = textOf(item.Status) ?? ''
  return {
    id,
    name: nameOf(item.Names) ?? id.slice(0, 12),
    image: textOf(item.Image) ?? '',
    state: stateOf(item.State),
    status,
    ...healthOf(status),
    ...exitOf(status),
    createdAt: numberOf(item.Created) * 1_000,
    ports: listOf(item.Ports).flatMap((port) => readPort(port) ?? []),
    networks: networksOf(item.NetworkSettings),
    ...given('project', label('project')),
    ...given('service', label('service')),
    ...given('workingDir', label('project.working_dir')),
    ...given('configHash', label('config-hash')),
    number: Number(label('container-number') ?? 1) || 1,
    configFiles: (label('project.config_files') ?? '').split(',').filter((file) => file !== ''),
    dependsOn: dependenciesOf(label('depends_on')),
    oneOff: label('oneoff')?.toLowerCase() === 'true'
  }
}

/** Links of other containers to this one are among its names, as `/other/alias`. */
function nameOf(names: unknown): string | undefined {
  const all = listOf(names).flatMap((name) => textOf(name)?.replace(/^\//, '') ?? [])
  return all.find((name) => !name.includes('/')) ?? all[0]
}

/** Podman calls a container stopped until it has cleaned up after it. */
function stateOf(state: unknown): string {
  const text = (textOf(state) ?? 'unknown').toLowerCase()
  return text === 'stopped' ? 'exited' : text
}

/** `db:service_healthy:false,migrate:service_completed_successfully:true` */
function dependenciesOf(label: string | undefined): Container['dependsOn'] {
  return label?.split(',').flatMap((entry) => {
    const [name = '', condition = ''] = entry.split(':')
    return name === '' ? [] : [{ name, condition }]
  })
}

/** The list has health only inside of the status text. */
function healthOf(status: string): { health?: string } {
  const found = status.match(/\((healthy|unhealthy|health: starting|starting)\)/)?.[1]
  return found === undefined ? {} : { health: found.replace('health: ', '') }
}

function exitOf(status: string): { exitCode?: number } {
  const code = status.match(/^(?:Exited|Stopped) \((\d+)\)/)?.[1]
  return code === undefined ? {} : { exitCode: Number(code) }
}

function readPort(port: unknown): string | undefined {
  if (!isRecord(port) || textOf(port.PrivatePort) === undefined) return undefined
  const inside = `${textOf(port.PrivatePort)}/${textOf(port.Type) ?? 'tcp'}`
  const published = textOf(port.PublicPort)
  if (published === undefined) return inside
  const host = textOf(port.IP)
  return host === undefined || host === '' ? `${published}:${inside}` : `${host}:${published}:${inside}`
}

function networksOf(settings: unknown): string[] {
  return isRecord(settings) && isRecord(settings.Networks) ? Object.keys(settings.Networks) : []
}

function given<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  const none: { [P in K]?: string } = {}
  return value === undefined || value === '' ? none : { ...none, [key]: value }
}
