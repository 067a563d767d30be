import { type Static, Type } from 'typebox'

/** What somebody watches: everything, one peer by its UUID, or the joins of this server. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'peer'; readonly id: string }
  | { readonly kind: 'joins' }

/** Where a watcher is reached. */
export interface Listener {
  send(text: string): void
  /** Bytes that were sent and are not gone yet. */
  buffered(): number
}

/** The actors of this process, told to those who watch. */
export interface Inspector {
  watch(listener: Listener, scope: Scope): Watching
  watchers(): number
}

/** One who watches. */
export interface Watching {
  /** Sends what was held back, and tells what was dropped. Called now and then, as nothing else moves it. */
  beat(): void
  stop(): void
}

/** Beside the inspector's own messages: what its page wants to know of the transmission. */
export const Transmission = Type.Object({
  type: Type.Literal('transmission'),
  actors: Type.Integer(),
  sent: Type.Integer(),
  dropped_slow: Type.Integer({ description: 'Because the browser or the way to it was too slow' }),
  dropped_often: Type.Integer({ description: 'Because more happened than is sent each second' })
})
export type Transmission = Static<typeof Transmission>
