import pLimit from 'p-limit'
import type { Clock } from '../../../../machines/clock.ts'
import type { Outbox } from '../../../schemas/joining/introduction.ts'
import type { Collection } from '../../../store/collection.ts'

const KEPT_FOR_MS = 7 * 24 * 3_600_000

export type Mail = ReturnType<typeof createMail>

/** What members are still to be told, one record for each of them; it outlives the process, and is given up after a week. */
export function createMail({ outbox, clock }: { outbox: Collection<Outbox>; clock: Pick<Clock, 'wall'> }) {
  const oneAtATime = pLimit(1)

  /** Changes records as they are at that moment; those that say nothing any more go. */
  const change = (ids: readonly string[], how: (mail: Outbox) => Outbox): Promise<void> =>
    oneAtATime(async () => {
      const changed = ids.map((id) => how(outbox.get(id) ?? { id, subjects: [], until: '' }))
      const isOver = ({ subjects, withdrawn = [] }: Outbox) => subjects.length + withdrawn.length === 0
      await outbox.putAll(changed.filter((mail) => !isOver(mail)))
      for (const { id } of changed.filter(isOver)) await outbox.delete(id)
    })

  const until = () => new Date(clock.wall() + KEPT_FOR_MS).toISOString()

  return {
    get: outbox.get,
    all: outbox.all,

    /** Whom each of those is to be told of. */
    add: (subjectsOf: ReadonlyMap<string, readonly string[]>): Promise<void> =>
      change([...subjectsOf.keys()], (mail) => {
        const subjects = new Set([...mail.subjects, ...(subjectsOf.get(mail.id) ?? [])])
        return { ...mail, subjects: [...subjects], until: until() }
      }),

    /** All of those are to be told that a server is taken back. */
    addWithdrawal: (ids: readonly string[], nodeId: string): Promise<void> =>
      change(ids, ({ withdrawn = [], ...mail }) => ({
        ...mail,
        withdrawn: [...new Set([...withdrawn, nodeId])],
        until: until()
      })),

    /** It was told of those, or they are no members any more. */
    told: (id: string, subjects: readonly string[]): Promise<void> => {
      const over = new Set(subjects)
      return change([id], (mail) => ({ ...mail, subjects: mail.subjects.filter((one) => !over.has(one)) }))
    },

    tookBack: (id: string, nodeIds: readonly string[]): Promise<void> =>
      change([id], ({ withdrawn = [], ...mail }) => {
        const left = withdrawn.filter((nodeId) => !nodeIds.includes(nodeId))
        return { ...mail, ...(left.length > 0 && { withdrawn: left }) }
      }),

    drop: (id: string): Promise<unknown> => oneAtATime(() => outbox.delete(id)),
    isOver: ({ until: end }: Outbox): boolean => Date.parse(end) <= clock.wall()
  }
}
