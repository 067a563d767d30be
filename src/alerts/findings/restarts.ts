import type { Listed, ServerFacts } from './facts.ts'

/** Of the last looks, a minute apart each. */
const LOOKS = 6
const ENOUGH = 4
/** As Docker and Podman write it: of a container that runs for less than two minutes. */
const YOUNG = /^(restarting|up (less than a second|about a minute|\d+ seconds?))\b/i

/**
 * Which services restart again and again: at four of the last six looks each was restarting, or its container had been
 * started within a minute. By looking, because that works for every agent that lists its services.
 */
export function createRestartWatch() {
  const seen = new Map<string, Map<string, boolean[]>>()

  return {
    look({ id, deployments }: ServerFacts): void {
      if (!deployments) return
      const before = seen.get(id) ?? new Map<string, boolean[]>()
      const now = new Map<string, boolean[]>()
      for (const [key, young] of deployments.flatMap(youthOf))
        now.set(key, [...(before.get(key) ?? []), young].slice(-LOOKS))
      seen.set(id, now)
    },
    restarting(id: string): ReadonlySet<string> {
      const all = [...(seen.get(id) ?? [])]
      return new Set(all.filter(([, looks]) => looks.filter(Boolean).length >= ENOUGH).map(([key]) => key))
    },
    forget: (id: string) => void seen.delete(id)
  }
}

const youthOf = ({ name, services = [] }: Listed): [string, boolean][] =>
  services.map((service) => [`${name} ${service.name}`, YOUNG.test(service.status)])
