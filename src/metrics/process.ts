import { collectDefaultMetrics, Registry } from 'prom-client'

/**
 * The figures of the process, under the names that every Prometheus client uses. Called once in a process: they cannot be
 * stopped, and a reload of the config builds the daemon anew in the same one.
 */
export function measureProcess(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
