/** One state machine as a drawing: its states, what leads from one to another, and where each is drawn. */
export interface Chart {
  name: string
  description: string
  states: readonly ChartState[]
  ways: readonly ChartWay[]
  width: number
  height: number
}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

export interface ChartState extends Box {
  /** The path from the root, as a snapshot's `value` has it: `health.online`. The root itself is ''. */
  id: string
  name: string
  parent?: string
  kind: 'atomic' | 'compound' | 'parallel' | 'final'
  /** Where its parent begins. */
  initial: boolean
  description?: string
  tags: readonly string[]
  /** What happens on entry and on exit, and what it invokes, in words. */
  lines: readonly string[]
  /** Events that lead to no other state. */
  inside: readonly ChartTransition[]
}

/** One line of the drawing: all transitions from one state to one other. */
export interface ChartWay {
  id: string
  /** Ids of states. */
  from: string
  to: string
  transitions: readonly ChartTransition[]
  points: readonly (readonly [x: number, y: number])[]
  labelAt: Box
}

export interface ChartTransition {
  /** As the machine receives it: `probe.answered`, `xstate.after.pause.peer.probe.pausing`, '' for always. */
  event: string
  /** The event and the condition, in words. */
  label: string
  guard?: string
  actions: readonly string[]
  description?: string
}

/** A machine as the file of all charts has it. */
export interface DrawnMachine {
  chart: Chart
  /** The machine's config as JSON, for `createMachine` and for importing it into Stately. Actions and guards are names. */
  definition: Readonly<Record<string, unknown>>
}
