import { type FSWatcher, watch } from 'node:fs'
import path from 'node:path'
import { WATCHED } from './folder.ts'

export interface DiskWatchOptions {
  root: string
  /** Something that the list is made from has changed in this folder; without one, anywhere. */
  onChange: (place?: string) => void
}

/**
 * Watches deployments_path, the folders in it, and those below that hold a file which compose would read; what else is
 * below belongs to the deployments, and may be a database at work. Where the system cannot watch (no inotify watches left, a network mount), `complete` is false.
 */
export function createDiskWatch({ root, onChange }: DiskWatchOptions) {
  const watchers = new Map<string, FSWatcher>()
  let complete = false
  let sources: ReadonlySet<string> = new Set()

  return {
    complete: () => complete,

    /** Watches this folder too, from before it is read. */
    add(place: string): void {
      ensure(place)
    },

    /**
     * Watches exactly these folders from now on, and these files in them besides the usual ones. Answers with the
     * places of which something was not watched until now: what happened there since they were read was seen by nobody.
     */
    update(folders: Iterable<string>, files: ReadonlySet<string> = new Set()): string[] {
      const unseen = new Set([...files].filter((file) => !sources.has(file)).map((file) => path.dirname(file)))
      sources = files
      const wanted = new Set([root, ...folders])
      for (const [place, watcher] of watchers) {
        if (wanted.has(place)) continue
        watcher.close()
        watchers.delete(place)
      }
      complete = true
      for (const place of wanted) {
        if (watchers.has(place)) continue
        if (ensure(place)) unseen.add(place)
        else complete = false
      }
      return [...unseen]
    },

    close(): void {
      complete = false
      for (const watcher of watchers.values()) watcher.close()
      watchers.clear()
    }
  }

  function ensure(place: string): boolean {
    if (watchers.has(place)) return true
    try {
      const watcher = watch(place, { persistent: false }, (_, file) => {
        // What a watch says of itself is that its folder was moved or deleted; a new one of that name needs a new watch.
        if (file === path.basename(place)) drop(place, watcher)
        else if (place === root || file === null) onChange()
        else if (WATCHED.has(file) || sources.has(path.join(place, file))) onChange(place)
      })
      watcher.on('error', () => drop(place, watcher))
      watchers.set(place, watcher)
      return true
    } catch {
      return false
    }
  }

  function drop(place: string, watcher: FSWatcher): void {
    watcher.close()
    watchers.delete(place)
    complete = false
    onChange()
  }
}
