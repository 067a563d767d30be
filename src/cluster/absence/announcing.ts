import pLimit from 'p-limit'
import type { Remote } from '../../remote/client.ts'
import { UP } from '../../schemas/health.ts'
import type { AbsenceNotice } from '../../schemas/opinions/absence.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { targetOf } from '../peers/transport.ts'

interface AnnouncingOptions {
  members: Pick<Store['members'], 'all' | 'get'>
  cluster: Pick<Cluster, 'peer' | 'onChange'>
  remote: Pick<Remote, 'request' | 'deadlines'>
  /** The maintenance of this server, with the time that is left of it. */
  ongoing: () => AbsenceNotice | undefined
}

const AT_ONCE = 64
const MAX_BYTES = 4_096
/** A stop waits for it, and whoever hears nothing by then takes it for an outage. */
const FAREWELL_MS = 1_500

/** Tells peers that this server will be away on purpose, so that nobody is woken for it. */
export function createAnnouncing({ members, cluster, remote, ongoing }: AnnouncingOptions) {
  const atOnce = pLimit(AT_ONCE)
  // Who was away when it was announced, and who has forgotten it.
  const end = cluster.onChange(({ id, verdict }) => {
    const notice = verdict === 'online' ? ongoing() : undefined
    if (notice) void tell(id, notice, remote.deadlines.requestMs)
  })

  /** Whoever cannot be told learns it from what it sees. */
  async function tell(id: string, body: AbsenceNotice, deadlineMs: number): Promise<void> {
    const member = members.get(id)
    const health = cluster.peer(id)
    if (member?.state !== 'active' || !health || !UP.has(health.verdict) || !health.features.includes('absence')) return
    const ask = { method: 'POST', path: '/api/cluster/absence', body, deadlineMs, maxBytes: MAX_BYTES } as const
    await remote.request(targetOf(member), ask).catch(() => undefined)
  }

  const tellAll = (notice: AbsenceNotice, deadlineMs: number) =>
    atOnce.map(members.all(), ({ id }) => tell(id, notice, deadlineMs))

  return {
    /** To all that can be told now. Never rejects. */
    announce: async (notice: AbsenceNotice): Promise<void> => {
      await tellAll(notice, remote.deadlines.requestMs)
    },
    /** The last word of an agent that stops. Never rejects. */
    async farewell(): Promise<void> {
      end()
      let late: NodeJS.Timeout | undefined
      const overdue = new Promise<void>((done) => {
        late = setTimeout(done, FAREWELL_MS)
      })
      await Promise.race([tellAll({ why: 'stop' }, FAREWELL_MS), overdue])
      clearTimeout(late)
    }
  }
}
