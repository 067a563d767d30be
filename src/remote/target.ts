import type { Transport } from '../schemas/peer.ts'

/** Where requests to one peer go, and how they travel. Never holds its key. */
export interface PeerTarget {
  id: string
  /** Base URL without trailing slash; may have a path. */
  url: string
  transport: Transport
  /** SHA-256 of the public keys that its certificate may have, base64url; empty where the chain is verified. */
  pins: readonly string[]
  /** It signs its answers: one that is not is somebody else's. */
  signsAnswers?: boolean
  /** It cannot be dialled: requests go over connections that it opened. */
  via?: 'links'
  /** What it says of itself in its health, where it is known. */
  nodeId?: string
}

/** One request. Paths begin with a slash and follow the target's own path. */
export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  path: string
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** For everything: name, connection, headers and body. */
  deadlineMs: number
  maxBytes: number
  signal?: AbortSignal
}

export interface RemoteAnswer {
  /** Never a redirect: those are failures. */
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  /** UTF-8, not looked at. */
  text: string
  /** The peer signed it, for this request. Where it signs its answers, a 2xx is its own in any case. */
  own?: true
}
