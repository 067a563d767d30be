import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../../config/config.ts'
import { Fatal } from '../../errors/fatal.ts'
import { createFlatRunAgent, type FlatRunAgent } from '../../flatrun/agent.ts'
import { FlatRunClusterOn, FlatRunKeyMissing } from '../../flatrun/faults.ts'
import { KeptKey } from '../../flatrun/kept-keys.ts'
import { createKeyMaker } from '../../flatrun/key-maker.ts'
import { createKeys, type FlatRunKeys } from '../../flatrun/keys.ts'
import { createFlatRunNode } from '../../flatrun/own-node.ts'
import { READERS } from '../../flatrun/rights.ts'
import { createUsers } from '../../flatrun/users.ts'
import { createWatch, type FlatRunState } from '../../flatrun/watch.ts'
import { type Front, READERS_HOLDER } from '../../http/front/front.ts'
import type { EventLog } from '../../schemas/event.ts'
import { isOut } from '../../schemas/peer.ts'
import type { Collection } from '../../store/collection.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from '../closing.ts'

interface FrontingOptions {
  config: Pick<Config, 'flatrun'>
  store: Pick<Store, 'members' | 'vault' | 'table'>
  events: Pick<EventLog, 'publish'>
  log: FastifyBaseLogger
  onFault: (error: unknown) => void
  closing: Closing
}

/** FlatRun's agent behind this one: whom it knows, how it is, and the keys that it gives. @throws Fatal where its cluster is on */
export async function buildFronting({ config, store, events, log, onFault, closing }: FrontingOptions) {
  // Opened in any case: the store counts what is in it.
  const records = await store.table('flatrun_keys', KeptKey)
  if (!config.flatrun) return undefined
  const { url, apiKey } = config.flatrun
  const agent = createFlatRunAgent({ url })
  closing.add(agent.close)
  const { ask } = agent
  const unkept = (error: unknown) =>
    log.warn({ err: error }, 'a key at FlatRun’s agent could not be revoked; it is tried again')
  const keys = apiKey === undefined ? undefined : buildKeys(apiKey, { ask, records, store, onFault: unkept })
  const noteChange = createStateNotes(events)
  const watch = createWatch({
    ask,
    onChange(state, before) {
      noteChange(state)
      const { reachable, error, clusterOn, version } = state
      if (reachable && !before.reachable) {
        log.info({ version: version?.version }, 'FlatRun’s agent answers')
        keys?.revokeLost().then(keys.tidy).catch(unkept)
      }
      if (error !== undefined && error !== before.error) log.warn({ reason: error }, 'FlatRun’s agent cannot be used')
      if (clusterOn && !before.clusterOn) onFault(new FlatRunClusterOn())
    }
  })
  closing.add(watch.close)
  await watch.look()
  if (watch.state().clusterOn) throw new Fatal(78, new FlatRunClusterOn().message)

  const front: Front = {
    agent,
    state: watch.state,
    doubt: watch.doubt,
    keys: {
      admin() {
        if (apiKey === undefined) throw new FlatRunKeyMissing()
        return apiKey
      },
      async keyOf(holder, mode) {
        if (!keys) throw new FlatRunKeyMissing()
        return keys.keyOf(holder, mode)
      },
      refused: async (holder, mode, key) => keys?.refused(holder, mode, key)
    }
  }
  return {
    front,
    users: createUsers({ ask, vouches: watch.vouches }),
    version: () => watch.state().version,
    /** What it tells of this server; without a key of its own there, this agent looks for itself. */
    node: apiKey === undefined ? {} : createFlatRunNode(ask, apiKey),
    tidy: async () => keys?.tidy()
  }
}

interface KeyParts extends Pick<FrontingOptions, 'onFault'> {
  ask: FlatRunAgent['ask']
  records: Collection<KeptKey>
  store: Pick<Store, 'members' | 'vault'>
}

/** The keys that this agent makes at FlatRun's, for its members and for operators that read. */
function buildKeys(adminKey: string, { ask, records, store: { members, vault }, onFault }: KeyParts): FlatRunKeys {
  const keys = createKeys({
    maker: createKeyMaker(ask, adminKey),
    records,
    vault,
    grantsOf(holder) {
      if (holder === READERS_HOLDER.id) return READERS
      const member = members.get(holder)
      if (!member || isOut(member)) return undefined
      return member.awaitsApproval ? [] : member.grants
    },
    onFault
  })
  members.subscribe(() => void keys.tidy())
  return keys
}

/** Its ups and downs as events. That it is up when this agent starts is none. */
function createStateNotes(events: Pick<EventLog, 'publish'>) {
  let wasUp = true
  return ({ error: reason }: FlatRunState): void => {
    const up = reason === undefined
    if (up !== wasUp) {
      const [from, to] = up ? ['down', 'up'] : ['up', 'down']
      events.publish({ type: 'flatrun.state', from, to, ...(reason !== undefined && { reason }) })
    }
    wasUp = up
  }
}
