import type { EventLog } from '../../schemas/event.ts'
import type { FailureClass } from '../../schemas/health.ts'
import type { Member } from '../../schemas/peer.ts'
import { bareHost } from '../../security/addresses.ts'
import type { Store } from '../../store/store.ts'
import type { Cluster } from '../liveness/liveness.ts'
import { shownUrl } from '../peers/no-address.ts'
import type { Moving } from './moving.ts'

interface ElsewhereOptions {
  store: Pick<Store, 'members'>
  cluster: Pick<Cluster, 'peer' | 'onChange' | 'onLeft'>
  moving: Pick<Moving, 'isAt'>
  events: EventLog
  onFault: (error: unknown) => void
  now?: () => number
}

/** Nobody of that name answers there. */
const SILENT: ReadonlySet<FailureClass> = new Set<FailureClass>([
  ...(['dns', 'refused', 'reset', 'timeout', 'tls', 'not_agent', 'bad_json'] as const)
])
const LOOK_EVERY_MS = 600_000

export type Elsewhere = ReturnType<typeof createElsewhere>

/**
 * Members that call with their keys from another address than the one at which they are silent: they may have moved, and
 * nobody has told them. Where they answer there too, an operator is told the address to confirm.
 */
export function createElsewhere(options: ElsewhereOptions) {
  const { store, cluster, moving, events, onFault, now = () => performance.now() } = options
  const { members } = store
  const looked = new Map<string, { url: string; at: number }>()
  const ends = [
    cluster.onLeft((id) => void looked.delete(id)),
    cluster.onChange(({ id, verdict }) => {
      if (verdict === 'online') isBack(id).catch(onFault)
    })
  ]

  async function isBack(id: string): Promise<void> {
    looked.delete(id)
    const known = members.get(id)
    // One that opens connections is online by these, wherever it is.
    if (known?.callsFrom === undefined || known.reach === 'reverse') return
    await members.change(id, ({ callsFrom: _, ...member }) => member)
  }

  async function look(member: Member, url: string): Promise<void> {
    if (!(await moving.isAt(member, url))) return
    let isNews = false
    const changed = await members.change(member.id, (now) => {
      isNews = now.state === 'active' && now.url === member.url && now.callsFrom !== url
      return isNews ? { ...now, callsFrom: url } : undefined
    })
    if (!changed || !isNews) return
    const { name, id } = changed
    const reason = `It is silent at its address, calls from another one, and answers there. If it has moved: flatrun-cluster move ${name}`
    events.publish({ type: 'peer.elsewhere', peer: name, peer_id: id, from: shownUrl(member.url), to: url, reason })
  }

  return {
    /** A member called, with its key. */
    heard(id: string, address: () => string): void {
      const { failures = 0, evidence = [] } = cluster.peer(id) ?? {}
      const last = evidence.at(-1)
      if (failures === 0 || !last || last.ok || !SILENT.has(last.class)) return
      const member = members.get(id)
      const url = member?.state === 'active' ? withHost(member.url, address()) : undefined
      const before = looked.get(id)
      if (!member || url === undefined || (before?.url === url && now() - before.at < LOOK_EVERY_MS)) return
      looked.set(id, { url, at: now() })
      look(member, url).catch(onFault)
    },
    stop(): void {
      for (const end of ends) end()
    }
  }
}

/** The same URL at that IP address; undefined where it is there already. */
function withHost(text: string, address: string): string | undefined {
  const url = URL.parse(text)
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  if (!url || bareHost(url) === plain) return undefined
  url.hostname = plain.includes(':') ? `[${plain}]` : plain
  return url.href.replace(/\/+$/, '')
}
