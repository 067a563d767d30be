import { isRecord } from '../../untyped.ts'

/**
 * The service that was started again between two looks at a deployment, if there is one: a container that dies every two
 * seconds runs in both. Agents that do not tell of starts are believed.
 */
export function startedAgain(before: unknown, after: unknown): string | undefined {
  const known = new Map(servicesOf(before).map((service) => [service.name, service]))
  const again = servicesOf(after).find((service) => {
    const earlier = known.get(service.name)
    return earlier !== undefined && KEYS.some((key) => earlier[key] !== undefined && earlier[key] !== service[key])
  })
  return typeof again?.name === 'string' ? again.name : undefined
}

const KEYS = ['started_at', 'restart_count']

const servicesOf = (deployment: unknown) =>
  isRecord(deployment) && Array.isArray(deployment.services) ? deployment.services.filter(isRecord) : []
