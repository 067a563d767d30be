import type { Incident } from '../../schemas/alerts/incident.ts'
import { inOrder } from '../delivery/in-order.ts'

/** Incidents of which somebody was told. */
export interface IncidentStore {
  all(): readonly Incident[]
  put(incident: Incident): Promise<void>
  delete(id: string): Promise<boolean>
}

/** Writes what has changed since it was written last, one write after the other. */
export function createKeptIncidents(behind: IncidentStore, onFault: (fault: unknown) => void) {
  const store = inOrder(behind)
  const stored = new Map(behind.all().map((incident) => [incident.id, JSON.stringify(incident)]))

  return function keep(incidents: readonly Incident[]): void {
    const now = new Set(incidents.map(({ id }) => id))
    for (const id of stored.keys())
      if (!now.has(id)) {
        stored.delete(id)
        store.delete(id).catch(onFault)
      }
    for (const incident of incidents) {
      const text = JSON.stringify(incident)
      if (stored.get(incident.id) === text) continue
      stored.set(incident.id, text)
      store.put(structuredClone(incident)).catch(onFault)
    }
  }
}
