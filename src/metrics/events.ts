import { Counter, Gauge, type Registry } from 'prom-client'
import type { ClusterEvent } from '../schemas/event.ts'

/** What happened in the cluster, by kind; a change of state by peer and where it led. */
export function countEvents(registers: Registry[]) {
  const events = new Counter({
    ...{ name: 'flatrun_cluster_events_total', help: 'Events by type: joins, removals, crashes, alerts', registers },
    labelNames: ['type']
  })
  const transitions = new Counter({
    ...{ name: 'flatrun_cluster_peer_transitions_total', help: 'Changes of state of peers', registers },
    labelNames: ['from', 'to']
  })
  const reload = new Gauge({
    ...{ name: 'flatrun_cluster_config_last_reload_successful', help: '0: the last change of the config was refused' },
    registers
  })
  // What runs was read from a config that was right.
  reload.set(1)

  return {
    count({ type, from, to, facts }: ClusterEvent): void {
      events.inc({ type })
      if (type === 'config.reloaded') reload.set(facts?.refused === true ? 0 : 1)
      if (type === 'peer.state' && from !== undefined && to !== undefined) transitions.inc({ from, to })
    }
  }
}
