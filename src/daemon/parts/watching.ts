import type { Clock } from '../../../machines/clock.ts'
import { createHistory } from '../../cluster/history/history.ts'
import { watchClocks } from '../../cluster/liveness/clock-watch.ts'
import { createCluster } from '../../cluster/liveness/liveness.ts'
import { createAnswering } from '../../cluster/opinions/answering.ts'
import { createAsking } from '../../cluster/opinions/asking.ts'
import { createQuestion } from '../../cluster/opinions/question.ts'
import { createCertificateLook, type SeenCertificate } from '../../cluster/peers/certificate-look.ts'
import type { Self } from '../../cluster/peers/self.ts'
import { targetOf } from '../../cluster/peers/transport.ts'
import type { Config } from '../../config/config.ts'
import { createRemote } from '../../remote/client.ts'
import { deadlinesOf } from '../../remote/deadlines.ts'
import { createProbe } from '../../remote/probe.ts'
import type { EventLog } from '../../schemas/event.ts'
import { mayDial } from '../../security/addresses.ts'
import { createOpener } from '../../security/opened.ts'
import { createSigner } from '../../security/signatures.ts'
import { credentialContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from '../closing.ts'

interface WatchingOptions {
  config: Config
  store: Store
  self: Self
  events: EventLog
  clock: Clock
  onFault: (error: unknown) => void
  /** A pending peer accepted our key: it has stored us. */
  onAccepted: (id: string) => Promise<void>
  closing: Closing
}

/** The connections to other nodes, and the actors that watch them. */
export function buildWatching(options: WatchingOptions) {
  const { config, store, self, events, clock, onFault, onAccepted, closing } = options
  const { members, departures } = store
  const open = createOpener(store.vault)
  const signer = createSigner()

  function credentialOf(id: string): string | undefined {
    const sealed = members.get(id)?.credential.sealed ?? departures.get(id)?.notice?.credential
    return sealed === undefined ? undefined : open(sealed, credentialContext(id))
  }

  const certificates = new Map<string, SeenCertificate>()
  const remote = createRemote({
    deadlines: deadlinesOf(config.cluster),
    credentialOf,
    sign: ({ id, url }, { method, path, bodyDigest, to }) => {
      const inside = path.slice(new URL(url).pathname.replace(/\/+$/, '').length)
      const parts = { method, path: inside, ...(bodyDigest !== undefined && { bodyDigest }) }
      return signer(credentialOf(id) ?? '', parts, to)
    },
    lookupGuard: (address) => mayDial(address, self.dialPolicy()),
    onConnectionClosed: (id) => cluster.reportFailure(id),
    onCertificate: (id, endsAt) => void certificates.set(id, { endsAt, seenAt: clock.now() }),
    onLinked: (id) => cluster.reportContact(id),
    onUnlinked: (id) => cluster.reportFailure(id, 'unlinked')
  })
  const targetOfId = (id: string) => {
    const member = members.get(id)
    return member && targetOf(member)
  }
  const ask = createProbe({ remote, targetOf: targetOfId, timeoutMs: remote.deadlines.probeMs })
  const cluster = createCluster({
    probe: async (spec, signal, keyInDoubt) => {
      const answer = await ask(spec, signal, keyInDoubt)
      // Before the answer counts: the caller that asked for it must find the peer as it is after that.
      if (answer.ok && answer.keyAccepted && members.get(spec.id)?.state === 'pending') await onAccepted(spec.id)
      return answer
    },
    events,
    probeTimeoutMs: remote.deadlines.probeMs,
    rule: { intervalMs: config.cluster.healthIntervalMs },
    onFault,
    clock
  })
  watchClocks({ cluster, events })
  const history = createHistory({
    ...{ store: store.history, clock, cluster, onFault },
    isMember: (id) => members.get(id) !== undefined
  })
  const asking = createAsking({ members, cluster, ask: createQuestion({ members, remote }), clock, onFault })
  const probe = createProbe({ remote, targetOf: targetOfId, timeoutMs: remote.deadlines.witnessMs })
  const opinionOf = createAnswering({ members, cluster, probe, clock })
  for (const end of [remote.close, history.close, asking.stop, cluster.stop]) closing.add(end)
  cluster.onLeft((id) => void certificates.delete(id))
  const certificateEndOf = createCertificateLook({ seen: certificates, remote, targetOf: targetOfId, clock })
  return { remote, cluster, history, certificateEndOf, opinionOf }
}

export type Watching = ReturnType<typeof buildWatching>
