import type { Clock } from '../../../machines/clock.ts'
import { createAnswering } from '../../cluster/introductions/answering.ts'
import { createAsking } from '../../cluster/introductions/asking.ts'
import { createDialling } from '../../cluster/introductions/dialling.ts'
import { createTelling } from '../../cluster/introductions/introducer/telling.ts'
import { createIntroductions } from '../../cluster/introductions/introductions.ts'
import { createKnocks } from '../../cluster/introductions/knocks.ts'
import { createPairs } from '../../cluster/introductions/pairs.ts'
import { createSuspending } from '../../cluster/introductions/suspending.ts'
import type { Self } from '../../cluster/peers/self.ts'
import type { Config } from '../../config/config.ts'
import type { EventLog } from '../../schemas/event.ts'
import { Introduction, Outbox } from '../../schemas/joining/introduction.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from '../closing.ts'
import type { Joining } from './joining.ts'
import type { Watching } from './watching.ts'

interface IntroducingOptions {
  config: Config
  store: Store
  self: Self
  events: EventLog
  watching: Watching
  joining: Joining
  clock: Clock
  onFault: (error: unknown) => void
  closing: Closing
}

/** How members of this server come to know each other, and how this one comes to know theirs. */
export async function buildIntroducing(options: IntroducingOptions) {
  const { config, store, self, events, watching, joining, clock, onFault, closing } = options
  const { cluster, remote } = watching
  const { invites, rotation, cards, pins, reach } = joining
  const { allowInsecureExchange: allowInsecure, introductions: policy } = config.cluster

  const records = await store.table('introductions', Introduction)
  const knocks = createKnocks()
  const introductions = createIntroductions({ store, records, self, reach, knocks, policy, events, clock, onFault })
  store.members.subscribe(introductions.settle)
  const pairs = createPairs({ store, self, cluster, introductions, events, allowInsecure, clock })
  const answerIdentity = createAnswering({ store, self, invites, introductions, pairs, knocks, pins })
  const ask = createAsking({ store, self, invites, pairs, reach, remote, allowInsecure, pins, clock })
  const dialling = createDialling({ store, introductions, ask, cluster, remote, rotation, clock, onFault })
  const outbox = await store.table('outbox', Outbox)
  const telling = createTelling({ store, outbox, cluster, remote, events, clock, onFault })
  closing.add(dialling.stop)
  closing.add(telling.stop)
  const suspending = createSuspending({ store, introductions, cluster, remote, events, clock })
  cards.onCard((memberId) => void telling.carded(memberId).catch(onFault))

  return {
    introductions,
    telling,
    suspending,
    answerIdentity,
    start: dialling.start,
    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      await introductions.tidy()
      await telling.tidy()
      dialling.tidy()
    }
  }
}
