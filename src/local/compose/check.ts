import path from 'node:path'
import { Fault } from './fault.ts'
import type { ComposeService } from './service.ts'
import { countOf } from './shape.ts'
import type { Reading } from './yaml/reading.ts'
import { isMapping, listOf, type Mapping, mappingOf, textOf } from './yaml/value.ts'

/** Throws a Fault for a project that compose would not start: what its parts say of each other does not fit. */
export function checkProject(tree: Mapping, services: readonly ComposeService[]): void {
  const enabled = services.filter(({ disabled }) => !disabled)
  const names = new Set(enabled.map(({ name }) => name))
  for (const service of enabled) {
    const written = mappingOf(mappingOf(tree.get('services')).get(service.name))
    if (service.unjudged === undefined) checkService(service, written)
    checkNeeds(service, written, tree)
    for (const { name, required } of service.dependsOn) {
      if (names.has(name) || (!required && services.some((other) => other.name === name))) continue
      const why = services.some((other) => other.name === name) ? 'whose profile is not active' : 'and there is none'
      throw new Fault(`${service.name} depends on ${name}, ${why}`)
    }
  }
  checkCircle(enabled)
}

function checkService({ name, image, replicas }: ComposeService, service: Mapping): void {
  if (image === '' && !service.has('build') && !service.has('provider')) {
    throw new Fault(`${name} has neither an image nor something to build one from`)
  }
  const scale = countOf(service.get('scale'), '')
  const other = countOf(mappingOf(service.get('deploy')).get('replicas'), '')
  if (scale !== undefined && other !== undefined && scale !== other) {
    throw new Fault(`${name} has one number under scale and another under deploy.replicas`)
  }
  if (replicas > 1 && textOf(service.get('container_name'))) {
    throw new Fault(`${name} has a container_name, so there cannot be ${replicas} of it`)
  }
  if (textOf(service.get('network_mode')) && mappingOf(service.get('networks')).size > 0) {
    throw new Fault(`${name} has both network_mode and networks`)
  }
}

/** Networks, volumes, secrets and configs must be declared at the top. */
function checkNeeds({ name }: ComposeService, service: Mapping, tree: Mapping): void {
  const declared = (kind: string) => mappingOf(tree.get(kind))
  const need = (kind: string, wanted: string | undefined) => {
    if (wanted && !declared(kind).has(wanted))
      throw new Fault(`${name} needs the ${kind.slice(0, -1)} ${wanted}, and there is none`)
  }
  for (const network of mappingOf(service.get('networks')).keys()) if (network !== 'default') need('networks', network)
  for (const volume of entries(service, 'volumes')) {
    if (volume.get('type') === 'volume') need('volumes', textOf(volume.get('source')))
  }
  for (const kind of ['secrets', 'configs']) {
    for (const entry of entries(service, kind)) need(kind, textOf(entry.get('source')))
  }
}

const entries = (service: Mapping, key: string): Mapping[] => listOf(service.get(key)).filter(isMapping)

/** Files with variables of a container. What lies outside of the folder is not looked for. */
export async function checkEnvFiles(
  tree: Mapping,
  services: readonly ComposeService[],
  reading: Reading
): Promise<void> {
  for (const { name } of services.filter(({ disabled }) => !disabled)) {
    for (const entry of entries(mappingOf(mappingOf(tree.get('services')).get(name)), 'env_file')) {
      const file = textOf(entry.get('path')) ?? ''
      const missing = reading.placeOf(file, reading.root) !== undefined && (await reading.read(file)) === undefined
      if (missing && entry.get('required') !== false) {
        throw new Fault(`${name} needs the env_file ${path.relative(reading.root, file)}, which is not there`)
      }
    }
  }
}

function checkCircle(services: readonly ComposeService[]): void {
  const needs = new Map(services.map(({ name, dependsOn }) => [name, dependsOn.map((other) => other.name)]))
  const clear = new Set<string>()
  for (const name of needs.keys()) follow(name, [])

  function follow(name: string, trail: readonly string[]): void {
    if (clear.has(name)) return
    if (trail.includes(name))
      throw new Fault(`${[...trail.slice(trail.indexOf(name)), name].join(' depends on ')}: a circle`)
    for (const other of needs.get(name) ?? []) follow(other, [...trail, name])
    clear.add(name)
  }
}
