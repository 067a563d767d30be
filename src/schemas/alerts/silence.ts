import { type Static, Type } from 'typebox'

/** Until when nobody is told of a server, of all that have a tag, or of anything. */
export const Silence = Type.Object({
  id: Type.String(),
  /** The member's id, or `self`; with the name that it had. */
  server_id: Type.Optional(Type.String()),
  server: Type.Optional(Type.String()),
  tag: Type.Optional(Type.String()),
  /** Wall milliseconds. */
  since: Type.Integer(),
  until: Type.Integer(),
  by: Type.String(),
  reason: Type.Optional(Type.String()),
  /** `operator`: set here by a person. `peer`: that server said itself that it would be away. */
  origin: Type.Enum(['operator', 'peer']),
  /** Of this server: its peers were told. */
  everywhere: Type.Optional(Type.Boolean())
})
export type Silence = Static<typeof Silence>
