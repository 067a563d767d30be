import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../../config/config.ts'
import { Fatal } from '../../errors/fatal.ts'
import { createFlatRunAgent } from '../../flatrun/agent.ts'
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
  const keys = apiKey === undefined ? undefined : buildKeys(apiKey)
  /** That it is there when this agent starts is no event. */
  let wasUp = true
  const watch = createWatch({ ask, onChange: tell })
  closing.add(watch.close)
  await watch.look()
  if (watch.state().clusterOn) throw new Fatal(78, new FlatRunClusterOn().message)

  function buildKeys(adminKey: string): FlatRunKeys {
    const made = createKeys({
      maker: createKeyMaker(ask, adminKey),
      records,
      vault: store.vault,
      grantsOf,
      onFault: unkept
    })
    store.members.subscribe(() => void made.tidy())
    return made
  }

  function grantsOf(holder: string) {
    if (holder === READERS_HOLDER.id) return READERS
    const member = store.members.get(holder)
    if (!member || isOut(member)) return undefined
    return member.awaitsApproval ? [] : member.grants
  }

  function publish({ error: reason }: FlatRunState): void {
    const up = reason === undefined
    if (up !== wasUp) {
      const [from, to] = up ? ['down', 'up'] : ['up', 'down']
      events.publish({ type: 'flatrun.state', from, to, ...(reason !== undefined && { reason }) })
    }
    wasUp = up
  }

  function tell(state: FlatRunState, before: FlatRunState): void {
    publish(state)
    const { reachable, error, clusterOn, version } = state
    if (reachable && !before.reachable) {
      log.info({ version: version?.version }, 'FlatRun’s agent answers')
      keys?.revokeLost().then(keys.tidy).catch(unkept)
    }
    if (error !== undefined && error !== before.error) log.warn({ reason: error }, 'FlatRun’s agent cannot be used')
    if (clusterOn && !before.clusterOn) onFault(new FlatRunClusterOn())
  }

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
