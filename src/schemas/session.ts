import { type Static, Type } from 'typebox'
import { Permission } from './grant.ts'

const Text = Type.String({ minLength: 1, maxLength: 1_024 })

/** An operator key; or FlatRun's form, in which the key goes where the password goes; or the ticket of a first start. */
export const LoginRequest = Type.Object({
  api_key: Type.Optional(Text),
  username: Type.Optional(Text),
  password: Type.Optional(Text),
  ticket: Type.Optional(Text)
})
export type LoginRequest = Static<typeof LoginRequest>

/** Signs a browser in once: `<agent>/#ticket=<ticket>`. */
export const TicketReply = Type.Object({ ticket: Type.String(), expires_in: Type.Integer() })
export type TicketReply = Static<typeof TicketReply>

export const User = Type.Object({
  id: Type.Integer(),
  uid: Type.String(),
  username: Type.String(),
  email: Type.String(),
  role: Type.String(),
  is_active: Type.Boolean(),
  created_at: Type.String(),
  last_login_at: Type.String()
})
export type User = Static<typeof User>

export const LoginReply = Type.Object({
  token: Type.String(),
  expires_in: Type.Integer(),
  token_type: Type.Literal('Bearer'),
  user: User,
  permissions: Type.Array(Permission),
  deployments: Type.Array(Type.Unknown())
})
export type LoginReply = Static<typeof LoginReply>
