import { Gauge, type Registry } from 'prom-client'
import type { Sources } from './metrics.ts'

type Seen = Pick<
  Sources,
  'local' | 'openInvites' | 'runningJoins' | 'watchers' | 'enabled' | 'storeBytes' | 'links' | 'flatrun'
>

/** This server itself: its deployments, its engine, its store, its joins. Machine figures are node_exporter's. */
export function measureLocal(registers: Registry[]) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `flatrun_cluster_${name}`, help, labelNames, registers })
  const deployments = gauge('deployments', 'Deployments of this server by status', ['status'])
  const containers = gauge('containers', 'Containers of this server', ['state'])
  const engine = gauge(
    'engine_state',
    '1 for the state that the container engine is in: connected, off, absent, denied …',
    ['state']
  )
  const invites = gauge('invites_open', 'Invites that nobody has used yet')
  const joins = gauge('joins_running', 'Joins of this server that are under way')
  const watchers = gauge('watchers', 'Browsers in which somebody watches the state machines')
  const links = gauge('links', 'Connections that peers opened to be asked over them', ['state'])
  const flatrun = gauge('flatrun_up', '1: FlatRun’s agent behind this one can be used', ['version'])
  const enabled = gauge('enabled', '1: clustering is on')
  const store = gauge('store_size_bytes', 'Size of the store')

  return {
    async collect(sources: Seen): Promise<void> {
      invites.set(sources.openInvites())
      joins.set(sources.runningJoins())
      watchers.set(sources.watchers())
      const { parked, open } = sources.links()
      links.set({ state: 'parked' }, parked)
      links.set({ state: 'used' }, open - parked)
      const behind = sources.flatrun()
      flatrun.reset()
      if (behind) flatrun.set({ version: behind.version?.version ?? 'unknown' }, behind.error === undefined ? 1 : 0)
      enabled.set(sources.enabled() ? 1 : 0)
      store.set(sources.storeBytes())
      const known = await sources.local()
      if (!known) return
      const { stats } = known
      engine.reset()
      engine.set({ state: known.engine }, 1)
      for (const status of ['running', 'stopped', 'error', 'unknown'] as const)
        deployments.set({ status }, stats.deployments[status])
      for (const state of ['running', 'stopped'] as const) containers.set({ state }, stats.containers[state])
    }
  }
}
