import path from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import type { Clock } from '../../../machines/clock.ts'
import type { Audit } from '../../cluster/access/audit.ts'
import { createAggregate } from '../../cluster/aggregate/aggregate.ts'
import { keepAnswers } from '../../cluster/aggregate/kept-answers.ts'
import { createRemembered } from '../../cluster/aggregate/last-good.ts'
import { createSelecting } from '../../cluster/peers/selecting.ts'
import type { Self } from '../../cluster/peers/self.ts'
import { targetOf } from '../../cluster/peers/transport.ts'
import { createUpstreams } from '../../cluster/peers/upstreams.ts'
import { createRestartHere } from '../../cluster/rollout/restart-here.ts'
import { createRestartThere } from '../../cluster/rollout/restart-there.ts'
import { createRollout } from '../../cluster/rollout/rollout.ts'
import { createRolloutJobs } from '../../cluster/rollout/rollout-jobs.ts'
import { createTimeline } from '../../cluster/timeline/timeline.ts'
import type { Config } from '../../config/config.ts'
import { openersOf } from '../../http/access/origin.ts'
import { registerProxy } from '../../http/proxy/proxy.ts'
import type { LocalNode } from '../../http/services.ts'
import { spliceOn } from '../../parsing/large.ts'
import type { Parser } from '../../parsing/parser.ts'
import type { EventLog } from '../../schemas/event.ts'
import type { Store } from '../../store/store.ts'
import type { Closing } from '../closing.ts'
import type { Watching } from './watching.ts'

interface TrafficOptions {
  config: Config
  store: Pick<Store, 'members'>
  self: Self
  watching: Pick<Watching, 'cluster' | 'remote'>
  local: LocalNode
  audit: Audit
  parser: Pick<Parser, 'run'>
  events: EventLog
  clock: Clock
  onFault: (error: unknown) => void
  closing: Closing
}

/** The ways in which a cluster is used: asking all, changing several, and passing a request on to one. */
export function buildTraffic(options: TrafficOptions) {
  const { config, self, watching, local, audit, parser, events, clock, onFault, closing } = options
  const { members } = options.store
  const { cluster, remote } = watching
  const { reportContact, reportFailure } = cluster

  const targetOfId = (id: string) => {
    const member = members.get(id)
    return member && targetOf(member)
  }
  const remembered = createRemembered()
  closing.add(
    keepAnswers({
      ...{ remembered, clock, onFault },
      file: path.join(config.dataPath, 'answers.json'),
      isMember: (id) => members.get(id) !== undefined
    })
  )
  const aggregate = createAggregate({
    remembered,
    local,
    remote,
    splice: spliceOn(parser),
    targetOf: targetOfId,
    peers: cluster.peers,
    selfName: self.name,
    reportContact,
    reportFailure,
    maxConcurrency: config.cluster.maxConcurrency
  })
  const timeline = createTimeline({
    ...{ self, members, events, audit, aggregate, clock },
    peers: cluster.peers,
    totalMs: remote.deadlines.aggregateTotalMs
  })
  const rollout = createRollout({
    selfName: self.name,
    peers: cluster.peers,
    restartHere: createRestartHere({ local }),
    restartThere: createRestartThere({ remote, targetOf: targetOfId })
  })
  const rolloutJobs = createRolloutJobs({ rollout, events, wall: clock.wall, onFault })
  closing.add(rolloutJobs.close)
  const selecting = createSelecting({ selfName: self.name, ownTags: config.cluster.tags, members, events })
  const upstream = createUpstreams({ members, cluster, remote })
  const proxy: FastifyPluginAsync = async (scope) =>
    registerProxy(scope, {
      find(name) {
        self.assertEnabled()
        return upstream(name)
      },
      reportFailure,
      deadlines: remote.deadlines,
      openers: openersOf(config)
    })

  return { aggregate, timeline, selecting, rollout, rolloutJobs, proxy }
}
