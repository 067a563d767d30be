import { Stopping } from '../errors/requests.ts'
import type { Deployment, DeploymentList } from '../schemas/deployments/deployment.ts'
import type {
  ContainerStats,
  ContainerView,
  DeploymentAudit,
  DeploymentStats,
  LogLine,
  LogsAsk
} from '../schemas/deployments/operation.ts'
import type { Capacity, Stats } from '../schemas/deployments/stats.ts'
import type { ContainerRange, ContainersPast } from '../schemas/deployments/usage.ts'
import { readComposeText } from './disk/compose-text.ts'
import type { ReadLarge } from './disk/folders.ts'
import { createEngine } from './engine/client.ts'
import { addedUp, createContainerStats } from './engine/container-stats.ts'
import { readRuns } from './engine/runs.ts'
import { ownersOf, viewContainers } from './listing/container-views.ts'
import { withRuns } from './listing/describe.ts'
import { findDeployment, needEngine } from './listing/find-deployment.ts'
import { countStats } from './listing/stats.ts'
import type { DeploymentChange } from './listing/status-changes.ts'
import { createWatched } from './listing/watcher.ts'
import { createRevival, successorOf } from './logs/follow-restarts.ts'
import { createLogs } from './logs/logs.ts'
import { paced } from './logs/pace.ts'
import { createComposeCli } from './operations/compose-cli.ts'
import { createOperations } from './operations/operations.ts'
import { createSystem } from './system/system.ts'
import { createContainerPast, type Sight } from './usage/container-past.ts'

export interface LocalNodeOptions {
  /** The folder whose folders are the deployments. */
  deploymentsPath: string
  /** Reads large folders apart from the event loop. */
  readLarge?: ReadLarge
  /** `unix:///var/run/docker.sock`, a path, `tcp://host:port`, or '' for none. */
  dockerSocket: string
  /** For each call to the engine. */
  engineTimeoutMs?: number | undefined
  procPath?: string
  /** Where the figures of containers are kept while the agent does not run. */
  figuresFile?: string | undefined
  /** A deployment's status is another one than before. */
  onDeploymentChange?: (change: DeploymentChange) => void
  /** Told of each change of a deployment, and of each attempt at one. */
  audit?: (entry: DeploymentAudit) => void
}

export type LocalNode = ReturnType<typeof createLocalNode>

const NOT_OFFERED = { enabled: false, reason: 'This agent places no workloads of other servers' } as const

/** Of a log that one reader follows: more than anybody reads, and no flood for the rest of this process. */
const LINES_A_SECOND = 5_000

/** This node: its deployments and how its machine is doing. Watches both from the start, until `close`. */
export function createLocalNode({
  deploymentsPath,
  readLarge,
  dockerSocket,
  engineTimeoutMs = 3_000,
  procPath = '/proc',
  figuresFile,
  onDeploymentChange = () => {},
  audit = () => {}
}: LocalNodeOptions) {
  const closing = new AbortController()
  const engine = createEngine({ socket: dockerSocket, timeoutMs: engineTimeoutMs })
  const system = createSystem({ place: deploymentsPath, procPath, now: () => performance.now() })
  const watched = createWatched({
    deploymentsPath,
    readLarge,
    engine,
    hasEngine: dockerSocket !== '',
    signal: closing.signal,
    onChange: onDeploymentChange
  })
  const operations = createOperations({
    look: watched.look,
    engine,
    composeUp: createComposeCli({ socket: dockerSocket }),
    audit,
    signal: closing.signal,
    now: () => Date.now()
  })
  const revival = createRevival({
    engine,
    successor: async (deployment, container) =>
      successorOf((await watched.look()).members.get(deployment) ?? [], container),
    busy: operations.busy,
    now: () => performance.now()
  })
  const logs = createLogs({ engine, revival, now: () => Date.now(), timeoutMs: Math.max(10_000, engineTimeoutMs) })
  const containerStats = createContainerStats({ engine, now: () => performance.now() })
  // An engine that fails now and then leaves a hole, which is seen; the list says why.
  const past = createContainerPast({ look: sight, onFault: () => {}, file: figuresFile })

  async function sight(): Promise<Sight | undefined> {
    if (dockerSocket === '') return undefined
    const survey = await watched.current(closing.signal)
    if (survey.engine) return undefined
    const containers = [...survey.members].flatMap(([deployment, own]) =>
      own.map((container) => ({ container, deployment }))
    )
    const own = containers.map(({ container }) => container)
    const [stats, runs] = await Promise.all([containerStats(own, ownersOf(survey)), readRuns(engine, own)])
    return { containers, stats, runs }
  }

  return {
    async deployments(signal?: AbortSignal): Promise<DeploymentList> {
      return (await watched.current(signal)).list
    },

    /** The machine's figures, and counts of the deployments that `counts` lets in. */
    async stats(signal?: AbortSignal, counts: (deployment: string) => boolean = () => true): Promise<Stats> {
      const [survey, machine] = await Promise.all([watched.current(signal), system.stats()])
      return countStats(survey, machine, counts)
    },

    /** What this machine has. No workload of others is placed here, and that is said. */
    async capacity(): Promise<Capacity> {
      const { cpu, memory } = await system.stats()
      const { total: memory_total, available: memory_available } = memory
      const host = { cpu_cores: cpu.cores, cpu_usage_percent: cpu.usage_percent, memory_total, memory_available }
      return { host, policy: { allow_vertical: false, allow_horizontal: false }, offer: NOT_OFFERED }
    },

    /** With the runs of its containers, which only the engine's look at each of them tells. */
    async deployment(name: string): Promise<Deployment> {
      const { deployment, members } = findDeployment(await watched.current(), name, { engineNeeded: false })
      return withRuns(deployment, await readRuns(engine, members))
    },

    /** The text of its compose file as it was written: nothing of it is resolved. */
    async compose(name: string): Promise<{ name: string; content: string; filename: string }> {
      return readComposeText(findDeployment(await watched.current(), name, { engineNeeded: false }).folder)
    },

    /** Begins to start, stop or restart a deployment, one change at a time for each of them. */
    begin: operations.begin,
    job: operations.job,

    async logs(name: string, ask: LogsAsk, signal?: AbortSignal) {
      return logs.read(findDeployment(await watched.current(signal), name), ask, signal)
    },

    /** Finds the deployment before anything is read, so that what is wrong with the request is told at once. */
    async followLogs(name: string, ask: LogsAsk, signal: AbortSignal): Promise<AsyncIterable<LogLine>> {
      const target = findDeployment(await watched.current(signal), name)
      const until = AbortSignal.any([signal, closing.signal])
      return paced(logs.follow(target, ask, until), { perSecond: LINES_A_SECOND, signal: until })
    },

    async containers(): Promise<ContainerView[]> {
      const survey = await watched.current()
      needEngine(survey)
      return viewContainers(survey)
    },

    /** Of every container on this machine. */
    async containerStats(): Promise<ContainerStats[]> {
      const survey = await watched.current()
      needEngine(survey)
      return containerStats(survey.containers, ownersOf(survey))
    },

    async deploymentStats(name: string): Promise<DeploymentStats> {
      const survey = await watched.current()
      const { members } = findDeployment(survey, name)
      needEngine(survey)
      return addedUp(name, await containerStats(members, ownersOf(survey)))
    },

    /** Of each container of a deployment, how it did. Also where the engine does not answer now. */
    async containersPast(name: string, range: ContainerRange): Promise<ContainersPast> {
      findDeployment(await watched.current(), name, { engineNeeded: false })
      return past.of(name, range)
    },

    async close(): Promise<void> {
      closing.abort(new Stopping())
      past.close()
      await operations.settled()
      system.close()
      await engine.close()
      await watched.close()
    }
  }
}
