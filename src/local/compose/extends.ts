import path from 'node:path'
import { Fault } from './fault.ts'
import { merge, withoutResets } from './merge.ts'
import { isMapping, type Mapping, mappingOf, type Path, textOf, without } from './yaml/value.ts'

/** The services of one document, and how to get at those of another file. */
export interface Scope {
  file: string
  services: Mapping
  resets: readonly Path[]
  /** Throws Unjudged for a file that is not looked at. */
  open: (file: string) => Promise<Scope>
  /** What the services are with all that they extend, once it is known: many may extend one. */
  done: Map<string, Mapping | null>
}

/** A construct that is not followed here: what comes of it is compose's to know. */
export class Unjudged extends Error {
  override name = 'Unjudged'
}

/** A service with what it extends, in the same document or another file, beneath it. */
export async function extended(name: string, scope: Scope, seen: readonly string[] = []): Promise<Mapping | null> {
  const known = scope.done.get(name)
  if (known !== undefined) return known
  const whole = await withBase(name, scope, seen)
  scope.done.set(name, whole)
  return whole
}

async function withBase(name: string, scope: Scope, seen: readonly string[]): Promise<Mapping | null> {
  const service = scope.services.get(name)
  if (!isMapping(service)) return null
  const from = service.get('extends')
  if (from === undefined || from === null) return service

  const step = `${scope.file} ${name}`
  if (seen.includes(step)) throw new Fault(`has services that extend each other in a circle: ${name}`)
  const wanted = textOf(mappingOf(from).get('service'))
  if (wanted === undefined) throw new Fault(`has an extends without a service at services.${name}`)
  const file = textOf(mappingOf(from).get('file'))
  const source = file === undefined ? scope : await scope.open(file)
  if (!source.services.has(wanted)) {
    const where = file === undefined ? '' : ` of ${path.posix.normalize(file)}`
    throw new Fault(`has the service ${name}, which extends ${wanted}${where}, and there is none`)
  }
  const base = await extended(wanted, source, [...seen, step])
  return over(name, base, service, scope.resets)
}

/** A reset of the service resets what it takes over as well. */
function over(name: string, base: Mapping | null, service: Mapping, resets: readonly Path[]): Mapping {
  const own = without(service, 'extends')
  if (base === null) return own
  const left = mappingOf(withoutResets(new Map([['services', new Map([[name, base]])]]), resets).get('services')).get(
    name
  )
  return merge(mappingOf(left), own, ['services', name])
}
