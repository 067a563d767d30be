import type { Incident, IncidentProblem, Problem } from '../../schemas/alerts/incident.ts'

/** One moment on both clocks: `now` measures, `wall` is for people. */
export interface Moment {
  now: number
  wall: number
}

/** What is to be told now: `told` is what this is about, `open` what is still wrong. */
export interface Notice {
  type: 'opened' | 'changed' | 'closed' | 'reminder'
  incident: Incident
  told: readonly IncidentProblem[]
  open: readonly IncidentProblem[]
}

export interface Surroundings {
  /** Nobody is to be told of it now. */
  hushed(problem: Problem): boolean
  /** How many peers there are. */
  members: number
  /** Milliseconds between reminders; undefined for none. */
  remindMs?: number | undefined
}

/** A problem that is known of; with the incident of which somebody was told. */
export interface Tracked {
  problem: Problem
  openedAt: number
  dueAt: number
  incident?: Incident
  endedAt?: number
  outcome?: string
}

export type Ended = Tracked & { endedAt: number }

export const isEnded = (one: Tracked): one is Ended => one.endedAt !== undefined
