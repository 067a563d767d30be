import { type Static, Type } from 'typebox'

/** What may be wrong, by the rule that finds it. `alert`: a target of messages takes none. */
export const ProblemKind = Type.Enum([
  'peer',
  'deployment',
  'restarts',
  'disk',
  'memory',
  'load',
  'engine',
  'flatrun',
  'certificate',
  'clock',
  'backup',
  'alert'
])
export type ProblemKind = Static<typeof ProblemKind>

/** One thing that is wrong now. */
export const Problem = Type.Object({
  /** Unique among all that is wrong, and the same as long as it lasts. */
  key: Type.String(),
  kind: ProblemKind,
  /** The server that it is about, and its member id; `self` for this one. */
  server: Type.String(),
  server_id: Type.String(),
  /** Wall milliseconds. */
  since: Type.Integer(),
  /** What is wrong, without the server's name: "disk 93 % full". */
  title: Type.String(),
  /** More of it, for a person: a cause, or what to do. */
  detail: Type.Optional(Type.String()),
  /** What was last known before, such as figures and counts. */
  known: Type.Optional(Type.String()),
  /** It harms now what people use; else it will, if nothing is done. */
  grave: Type.Boolean(),
  /** Only this server sees it so, or it is about its own affairs. */
  local: Type.Optional(Type.Boolean()),
  /** Others that this server reaches do not reach it either. */
  confirmed: Type.Optional(Type.Boolean())
})
export type Problem = Static<typeof Problem>

export const IncidentProblem = Type.Object({
  ...Problem.properties,
  /** Wall milliseconds of its end, where it is over, and how it ended: "answers again". */
  ended: Type.Optional(Type.Integer()),
  outcome: Type.Optional(Type.String())
})
export type IncidentProblem = Static<typeof IncidentProblem>

/** Problems that belong together and were told together. It is over when all of them are. */
export const Incident = Type.Object({
  id: Type.String(),
  /**
   * `cut`: so many peers went at once that the fault may be at this server. `links`: peers that this server does not
   * reach, and that others do.
   */
  kind: Type.Enum(['peers', 'links', 'cut', 'others']),
  /** Wall milliseconds: since when, and when somebody was told last. */
  since: Type.Integer(),
  told: Type.Integer(),
  /** How many peers there were. */
  members: Type.Integer(),
  problems: Type.Array(IncidentProblem)
})
export type Incident = Static<typeof Incident>
