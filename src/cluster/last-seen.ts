import type { Cluster } from './cluster.ts'
import type { Membership } from './membership.ts'

interface LastSeenOptions {
  cluster: Pick<Cluster, 'onAnswer' | 'onChange'>
  membership: Pick<Membership, 'seen'>
  onError: (error: unknown) => void
}

/** Keeps in the store when a peer was last seen: at each change of its state, at most each minute, and on stop. */
export function createLastSeen({ cluster, membership, onError }: LastSeenOptions) {
  const unsaved = new Map<string, number>()
  const ends = [
    cluster.onAnswer(({ id }, answer) => {
      if (answer.ok) unsaved.set(id, answer.at + answer.durationMs)
    }),
    cluster.onChange(({ id, lastSeenAt }) => {
      if (lastSeenAt !== undefined) unsaved.set(id, lastSeenAt)
      save(id).catch(onError)
    })
  ]

  async function save(id: string): Promise<void> {
    const at = unsaved.get(id)
    unsaved.delete(id)
    if (at !== undefined) await membership.seen(id, at)
  }

  return {
    flush: async () => {
      for (const id of [...unsaved.keys()]) await save(id)
    },
    stop: () => {
      for (const end of ends) end()
    }
  }
}
