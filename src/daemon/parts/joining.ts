import { createCards } from '../../cluster/identity/cards.ts'
import { createElsewhere } from '../../cluster/identity/elsewhere.ts'
import { createMoving } from '../../cluster/identity/moving.ts'
import { createOwnCard } from '../../cluster/identity/own-card.ts'
import { createPlaces } from '../../cluster/identity/places.ts'
import { createWhereabouts } from '../../cluster/identity/whereabouts.ts'
import { createAdmission } from '../../cluster/joining/admission/admission.ts'
import { createJoins } from '../../cluster/joining/joins.ts'
import { createInvites } from '../../cluster/membership/invites.ts'
import { createRotation } from '../../cluster/membership/keys/key-rotation.ts'
import { createMembership } from '../../cluster/membership/membership.ts'
import { createQuestion } from '../../cluster/opinions/question.ts'
import type { Self } from '../../cluster/peers/self.ts'
import { createOwnReach } from '../../cluster/reach/own-reach.ts'
import type { Config } from '../../config/config.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from '../closing.ts'
import type { Watching } from './watching.ts'

interface JoiningOptions {
  config: Config
  store: Store
  self: Self
  events: EventLog
  watching: Watching
  /** What peers must know our certificate by. */
  pin: () => string | undefined
  onFault: (error: unknown) => void
  closing: Closing
}

export type Joining = ReturnType<typeof buildJoining>

/** Everything by which members come, change their keys, and go. */
export function buildJoining(options: JoiningOptions) {
  const { config, store, self, events, watching, pin, onFault, closing } = options
  const { cluster, remote } = watching
  const { departures } = store
  const allowInsecure = config.cluster.allowInsecureExchange
  const pins = () => [pin()].filter((one) => one !== undefined)

  const invites = createInvites({ store, self, events, pin })
  const membership = createMembership({ store, departures, cluster, invites, remote, events })
  const { exchange, keyRotationMs: everyMs } = config.cluster
  const admission = createAdmission({ store, self, invites, cluster, remote, events, exchange, allowInsecure, pins })
  const joins = createJoins({
    ...{ store, self, invites, remote, cluster, events, allowInsecure, pins, onFault },
    reach: config.cluster.reach,
    https: config.api.tls.mode !== 'off'
  })
  const rotation = createRotation({ store, remote, events, onFault, ...(everyMs !== undefined && { everyMs }) })
  const reach = createOwnReach({
    ...{ members: store.members, self, pins, setting: config.cluster.reach, https: config.api.tls.mode !== 'off' }
  })
  const ownCard = createOwnCard({ store, self, reach, pins, tags: config.cluster.tags })
  const cards = createCards({ store, self, ownCard, cluster, remote, events, onFault })
  const places = createPlaces({ self, remote, allowInsecure })
  const ask = createQuestion({ members: store.members, remote })
  const whereabouts = createWhereabouts({ cluster, places, cards, ask })
  const moving = createMoving({ store, self, invites, cluster, remote, events, places, whereabouts, onFault })
  const elsewhere = createElsewhere({ store, cluster, moving, events, onFault })
  cards.onCard((memberId) => void moving.follow(memberId).catch(onFault))
  closing.add(joins.stop)
  closing.add(cards.stop)
  closing.add(moving.stop)
  closing.add(whereabouts.stop)
  closing.add(elsewhere.stop)

  return {
    pins,
    reach,
    cards,
    moving,
    elsewhere,
    invites,
    membership,
    admission,
    joins,
    rotation,
    /** Run at start and each minute. */
    async tidy(): Promise<void> {
      await invites.tidy()
      await membership.tidy()
      await rotation.tidy()
      await cards.tidy()
      await moving.tidy()
    }
  }
}
