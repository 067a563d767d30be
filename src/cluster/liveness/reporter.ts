import type { SupervisorEmitted } from '../../../machines/messages.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { PeerHealth, ProbeAnswer } from '../../schemas/health.ts'
import { scopeWords } from '../../schemas/opinions/opinion.ts'
import { reasonOf, sentence } from './reason.ts'

export interface ReporterOptions {
  events: EventLog
  peer: (id: string) => PeerHealth | undefined
  onFault: (fault: unknown) => void
}

/** Puts what the supervisor tells into the event log, in words. */
export function createReporter({ events, peer, onFault }: ReporterOptions) {
  return {
    report(told: SupervisorEmitted) {
      if (told.type === 'prober.crashed') {
        onFault(told.fault)
        events.publish({ type: 'prober.crashed', reason: 'Asking peers failed here and was started anew' })
        return
      }
      const health = peer(told.id)
      if (!health) return
      const about = { peer: health.name, peer_id: health.id }
      if (told.type === 'peer.judged') {
        // Suppresses state events while the peer flaps; that it flaps is an event of its own.
        if (health.flapping) return
        const { from, to } = told
        const shown = to === 'removed' ? health.verdict : to
        events.publish({
          type: 'peer.state',
          ...about,
          from,
          to: shown,
          reason: reasonOf(health),
          facts: factsOf(health)
        })
      } else if (told.type === 'peer.flapping') {
        const reason = told.flapping ? 'until it has been calm for a while' : 'It has been calm for a while'
        events.publish({
          type: 'peer.flapping',
          ...about,
          to: health.verdict,
          reason,
          facts: { flapping: told.flapping }
        })
      } else if (told.type === 'peer.crashed') {
        onFault(told.fault)
        const reason = 'Watching it failed here; it is started anew after a pause'
        events.publish({ type: 'peer.crashed', ...about, reason, facts: { restarts: health.restarts } })
      } else {
        events.publish({ type: 'peer.quarantined', ...about, reason: reasonOf(health) })
      }
    },
    /** What others say of an offline peer has changed. */
    rescoped(health: PeerHealth, from: string) {
      const { name, id, flapping, opinions } = health
      if (flapping || !opinions) return
      const reason = sentence(scopeWords(opinions))
      events.publish({ type: 'peer.scope', peer: name, peer_id: id, from, to: opinions.scope, reason })
    },
    stalled(stalledMs: number) {
      const reason = 'This process stood still; failures are doubted until they are repeated'
      events.publish({ type: 'node.stalled', reason, facts: { stalled_ms: Math.round(stalledMs) } })
    }
  }
}

function factsOf(health: PeerHealth) {
  const last: ProbeAnswer | undefined = health.evidence.at(-1)
  return {
    failures: health.failures,
    ...(health.opinions && { scope: health.opinions.scope }),
    ...(last && { asked: last.asked, duration_ms: Math.round(last.durationMs) }),
    ...(last?.ok === false && { class: last.class }),
    ...(last?.ok === false && last.status !== undefined && { http_status: last.status })
  }
}
