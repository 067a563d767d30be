import type { DeploymentList } from '../schemas/deployment.ts'
import type { Stats } from '../schemas/stats.ts'
import { createChanges, type DeploymentChange } from './changes.ts'
import { createDiskWatch } from './disk/watch.ts'
import { createEngine } from './engine/client.ts'
import { followEngine } from './engine/events.ts'
import { createListing } from './listing.ts'
import { countStats } from './stats.ts'
import { createSurveyor, type Survey } from './survey.ts'
import { createSystem } from './system/system.ts'

export interface LocalNodeOptions {
  /** The folder whose folders are the deployments. */
  deploymentsPath: string
  /** `unix:///var/run/docker.sock`, a path, `tcp://host:port`, or '' for none. */
  dockerSocket: string
  /** For each call to the engine. */
  engineTimeoutMs?: number
  procPath?: string
  /** A deployment's status is another one than before. */
  onDeploymentChange?: (change: DeploymentChange) => void
}

export type LocalNode = ReturnType<typeof createLocalNode>

/** A burst of events (an `up` of ten services, an editor saving) is looked at once, this long after its first. */
const SETTLE_MS = 250

/** This node: its deployments and how its machine is doing. Watches both from the start, until `close`. */
export function createLocalNode({
  deploymentsPath,
  dockerSocket,
  engineTimeoutMs = 2_000,
  procPath = '/proc',
  onDeploymentChange
}: LocalNodeOptions) {
  const closing = new AbortController()
  const engine = createEngine({ socket: dockerSocket, timeoutMs: engineTimeoutMs })
  const system = createSystem({ place: deploymentsPath, procPath, now: () => performance.now() })
  const changesOf = createChanges()
  const disk = createDiskWatch({ root: deploymentsPath, onChange: changed })
  const listing = createListing({
    survey: createSurveyor({ deploymentsPath, engine, now: () => Date.now() }),
    watched: () => disk.complete() && (dockerSocket === '' || events.connected()),
    onSurvey: surveyed,
    now: () => performance.now()
  })
  let settling: NodeJS.Timeout | undefined
  disk.update([])
  const events =
    dockerSocket === ''
      ? { connected: () => false, finished: Promise.resolve() }
      : followEngine({ engine, onChange: changed, signal: closing.signal })

  return {
    async deployments(signal?: AbortSignal): Promise<DeploymentList> {
      return (await listing.current(signal)).list
    },

    async stats(signal?: AbortSignal): Promise<Stats> {
      const [survey, machine] = await Promise.all([listing.current(signal), system.stats()])
      return countStats(survey, machine)
    },

    async close(): Promise<void> {
      closing.abort()
      clearTimeout(settling)
      system.close()
      disk.close()
      await engine.close()
      await events.finished
    }
  }

  function changed(): void {
    listing.invalidate()
    if (closing.signal.aborted || settling) return
    settling = setTimeout(() => {
      settling = undefined
      listing.current(closing.signal).catch(() => undefined)
    }, SETTLE_MS).unref()
  }

  function surveyed(survey: Survey): void {
    if (closing.signal.aborted) return
    const added = disk.update([...survey.folders.values()].flatMap(({ real }) => real ?? []))
    // What happened there before it was watched was seen by nobody.
    if (added) listing.invalidate()
    for (const change of changesOf(survey.list.deployments)) onDeploymentChange?.(change)
  }
}
