import path from 'node:path'
import { createAsRun } from '../disk/as-run.ts'
import { createFolders, type Disk, type ReadLarge } from '../disk/folders.ts'
import { createKept } from '../disk/kept.ts'
import { createDiskWatch } from '../disk/watch.ts'
import type { Engine } from '../engine/client.ts'
import { followEngine } from '../engine/events.ts'
import { createListing } from './listing.ts'
import { createChanges, type DeploymentChange } from './status-changes.ts'
import { createSurveyor, type Survey } from './survey.ts'

export interface WatchedOptions {
  deploymentsPath: string
  readLarge?: ReadLarge | undefined
  engine: Engine
  /** There is an engine to be listened to. */
  hasEngine: boolean
  /** Ends the watching. */
  signal: AbortSignal
  onChange: (change: DeploymentChange) => void
}

/** A burst of events (an `up` of ten services, an editor saving) is looked at once, this long after its first. */
const SETTLE_MS = 250

/** What is on disk and in the engine, watched: always the newest survey, and a word when a deployment changes. */
export function createWatched({ deploymentsPath, readLarge, engine, hasEngine, signal, onChange }: WatchedOptions) {
  const now = () => performance.now()
  const changes = createChanges({ now })
  const disk = createDiskWatch({ root: deploymentsPath, onChange: diskChanged })
  const read = createFolders({ root: deploymentsPath, readLarge, located: disk.add })
  const folders = createKept({ read, watched: disk.complete, now })
  const listing = createListing({
    survey: createSurveyor({
      deploymentsPath,
      readFolders: folders.get,
      asRun: createAsRun({ root: deploymentsPath, readLarge }),
      engine,
      now: () => Date.now()
    }),
    watched: () => disk.complete() && (events === undefined || events.connected()),
    onSurvey: surveyed,
    now
  })
  let next: { at: number; timer: NodeJS.Timeout } | undefined
  disk.update([])
  const events = hasEngine ? followEngine({ engine, onChange: changed, signal }) : undefined

  return {
    current: listing.current,

    /** As it is right now; never a remembered answer. */
    look(): Promise<Survey> {
      listing.invalidate()
      return listing.current()
    },

    /** After `signal`, and after the engine's connections were closed. */
    async close(): Promise<void> {
      clearTimeout(next?.timer)
      disk.close()
      await events?.finished
    }
  }

  function diskChanged(place?: string): void {
    folders.changed(place === deploymentsPath ? undefined : place)
    changed()
  }

  function changed(): void {
    listing.invalidate()
    lookIn(SETTLE_MS)
  }

  function lookIn(ms: number): void {
    const at = now() + ms
    if (signal.aborted || (next && next.at <= at)) return
    clearTimeout(next?.timer)
    const timer = setTimeout(() => {
      next = undefined
      listing.current(signal).catch(() => undefined)
    }, ms).unref()
    next = { at, timer }
  }

  function surveyed(survey: Survey): void {
    if (signal.aborted) return
    for (const place of disk.update(...watchedOf(survey.disk))) diskChanged(place)
    for (const change of changes.between(survey.list.deployments)) onChange(change)
    if (changes.holds()) lookIn(changes.settledMs)
  }
}

/** Every folder, and the files that compose would read besides those of the usual names. */
function watchedOf({ folders, others }: Disk): [places: Set<string>, files: Set<string>] {
  const places = new Set(others)
  const files = new Set<string>()
  for (const { real, sources } of folders) {
    if (real === undefined) continue
    places.add(real)
    for (const source of sources) {
      files.add(source)
      places.add(path.dirname(source))
    }
  }
  return [places, files]
}
