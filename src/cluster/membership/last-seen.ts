import type { Cluster } from '../liveness/liveness.ts'
import type { Membership } from './membership.ts'

interface LastSeenOptions {
  cluster: Pick<Cluster, 'onAnswer' | 'onChange'>
  membership: Pick<Membership, 'seen'>
  onFault: (error: unknown) => void
}

/** Written at once: few enough that the store is not blocked for long, and no more than Keyv writes in one commit. */
const BATCH = 249
/** After a change of state: a cluster that falls as a whole is a few writes, and not one for each peer. */
const SOON_MS = 1_000

/**
 * Keeps in the store when a peer was last seen: soon after each change of its state, else in turns, those that waited
 * longest first, and on stop. A crash costs little: a peer that is up is seen again at the next start.
 */
export function createLastSeen({ cluster, membership, onFault }: LastSeenOptions) {
  /** Wall milliseconds. */
  const unsaved = new Map<string, number>()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const ends = [
    cluster.onAnswer(({ id }, answer) => {
      if (answer.ok) unsaved.set(id, answer.at + answer.durationMs)
    }),
    cluster.onChange(({ id, lastSeenAt }) => {
      if (lastSeenAt !== undefined) unsaved.set(id, lastSeenAt)
      changed.add(id)
      timer ??= setTimeout(saveChanged, SOON_MS).unref()
    })
  ]

  function saveChanged() {
    timer = undefined
    const ids = [...changed]
    changed.clear()
    save(ids).catch(onFault)
  }

  async function save(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const batch = new Map<string, number>()
      for (const id of ids.slice(from, from + BATCH)) {
        const at = unsaved.get(id)
        unsaved.delete(id)
        if (at !== undefined) batch.set(id, at)
      }
      await membership.seen(batch)
    }
  }

  return {
    /** Run each minute. */
    flush: () => save([...unsaved.keys()].slice(0, BATCH)),
    /** Writes all that is left; a store that cannot be written keeps nobody from stopping. */
    stop: async () => {
      clearTimeout(timer)
      for (const end of ends) end()
      await save([...unsaved.keys()]).catch(onFault)
    }
  }
}
