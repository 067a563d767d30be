import type { Caller } from '../../cluster/access/caller.ts'
import type { Permission } from '../../schemas/grant.ts'
import type { Member } from '../../schemas/peer.ts'
import type { OpenAnswers } from '../sockets/open-answers.ts'

/**
 * Who may call a route. Every route says it, or the app does not start: a forgotten route is closed, not open.
 * `peers`: the key of a peer with that permission is enough. Without it only operators come in, also where a peer was
 * granted it. `flatrun`: what lies behind it is FlatRun's, which decides for itself.
 */
export type Access = 'public' | 'flatrun' | { need: Permission; peers?: true } | { peerItself: true }

export interface RouteAccess {
  method: string
  url: string
  access: Access
}

/** Gives the headers of a signature, by what the request says that it accepts. Digests are SHA-256, base64. */
type SignAnswer = (
  answer: { status: number; bodyDigest: string; requestSignature: string },
  accepted: unknown
) => Record<string, string>

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route, and who may call it. */
    accessTable: RouteAccess[]
    /** For who shows no key of its own but a ticket that somebody's key opened. */
    openAnswers: Pick<OpenAnswers, 'note' | 'admits' | 'review'>
  }
  interface FastifyContextConfig {
    access?: Access
    /** Members of the query or the body that say for the audit what it is done to, beside the path; never a secret. */
    target?: readonly string[]
  }
  interface FastifyRequest {
    readonly caller: Caller
    /** Set by `authenticate`, and by nobody else. */
    identified?: Caller
    /** The server that it joined: no more than a token names it. */
    joined?: string
    /** Set where the request was signed. */
    signed?: {
      /** What its body must hash to, if the signature covers it. */
      bodyDigest: string | undefined
      /** It is for another start of this server: the answer says so, and names this one. */
      misdirected: boolean
      signAnswer: SignAnswer
    }
    /** Whom this request made a member, or gave new keys, without a key: known by what its identity sealed. */
    paired?: Pick<Member, 'id' | 'name'>
  }
}

export const operator = (need: Permission): { access: Access } => ({ access: { need } })
export const operatorOrPeer = (need: Permission): { access: Access } => ({ access: { need, peers: true } })
export const anybody: { access: Access } = { access: 'public' }
export const ofFlatRun: { access: Access } = { access: 'flatrun' }
/** Open to everybody: a caller without a key, or with an unknown one, is not refused. */
export const isOpen = (access: Access): access is 'public' | 'flatrun' => access === 'public' || access === 'flatrun'
/** What a peer says about its own membership: its key alone decides. */
export const peerItself: { access: Access } = { access: { peerItself: true } }
