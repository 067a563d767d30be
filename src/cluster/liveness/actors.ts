import { createActor } from 'xstate'
import type { Clock } from '../../../machines/clock.ts'
import { peerMachine } from '../../../machines/peer/peer.ts'
import { DEFAULT_RULE, type Rule } from '../../../machines/peer/rule.ts'
import type { LocalHealthOptions } from '../../../machines/prober/local-health.ts'
import { createProber, type ProberOptions } from '../../../machines/prober/prober.ts'
import { supervisorMachine } from '../../../machines/supervisor.ts'

export interface ActorsOptions {
  /** Asks one peer once. When it fails, only its own answer is lost. */
  probe: ProberOptions['probe']
  random?: () => number
  rule?: Partial<Rule>
  doubt?: LocalHealthOptions
  /** What a probe may last. */
  probeTimeoutMs?: number
}

interface Hearing extends Required<Pick<ProberOptions, 'onAnswer' | 'onStall'>> {
  clock: Clock
}

/** How many probes work at once, when one only waits, and how many may be in flight. */
const PACE = { concurrency: 64, slowAfterMs: 100, inFlight: 4_096 }

/** The supervisor, not started yet, with the prober and the peers' machine that it starts. */
export function createSupervisor(
  { probe, random = Math.random, rule, doubt, probeTimeoutMs = 5_000 }: ActorsOptions,
  { clock, onAnswer, onStall }: Hearing
) {
  const deadlineMs = probeTimeoutMs
  const prober = createProber({ ...PACE, probe, clock, random, deadlineMs, ...(doubt && { doubt }), onAnswer, onStall })
  return createActor(supervisorMachine.provide({ actors: { prober, peer: peerMachine } }), {
    input: { rule: { ...DEFAULT_RULE, ...rule }, clock },
    clock,
    id: 'supervisor',
    systemId: 'supervisor'
  })
}
