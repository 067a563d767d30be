import { type Static, Type } from 'typebox'

export const PEER_NAME_PATTERN = '^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$'

/** The name of a server, as PROTOCOL §2 has it: 1 to 63 characters, compared without case. */
export const PeerName = Type.String({
  pattern: PEER_NAME_PATTERN,
  maxLength: 63,
  description: 'Letters, digits, dot, dash and underscore; begins and ends with a letter or digit',
  examples: ['node-2']
})
export type PeerName = Static<typeof PeerName>

/** Names that objects already have: as a key they would shadow what belongs to the object. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'tostring',
  'valueof',
  'hasownproperty'
])

const TAG_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]*$'

/** A word by which servers are selected. */
export const Tag = Type.String({ minLength: 1, maxLength: 64, pattern: TAG_PATTERN, examples: ['prod'] })

export const Timestamp = Type.String({ description: 'RFC 3339, UTC', examples: ['2026-11-23T08:15:30.123Z'] })

/** FlatRun's "never": Go's zero time. */
export const NEVER = '0001-01-01T00:00:00Z'

export const Version = Type.Object(
  { version: Type.String(), build_time: Type.String(), git_commit: Type.String() },
  { examples: [{ version: '0.1.0', build_time: '2026-11-23T00:00:00Z', git_commit: 'unknown' }] }
)
export type Version = Static<typeof Version>

/** Two names that differ only by case are one name. */
export const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/** What is done with a server that somebody introduces: joined, shown to an operator first, or refused. */
export const IntroductionPolicy = Type.Enum(['accept', 'ask', 'never'])
export type IntroductionPolicy = Static<typeof IntroductionPolicy>
