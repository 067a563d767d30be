import { Counter, type Registry } from 'prom-client'

/** What went wrong inside and was contained. Both begin at 0, so that the first one is seen as an increase. */
export function countFailures(registers: Registry[]) {
  const counter = (name: string, help: string) => new Counter({ name: `flatrun_cluster_${name}`, help, registers })
  const counters = {
    store: counter('store_errors_total', 'Reads and writes of the store that failed'),
    internal: counter('internal_errors_total', 'Faults of this program that were contained; the log says which')
  }
  return { count: (where: keyof typeof counters) => counters[where].inc() }
}
