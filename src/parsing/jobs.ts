import path from 'node:path'
import { type AggregateKind, type Given, givenBy, matching } from '../cluster/aggregate/splice-json.ts'
import { createFolderReader, type Folder } from '../local/disk/folder.ts'
import { whyUnreadable } from '../local/disk/folders.ts'
import { failureOf } from '../remote/failure.ts'
import type { FailureClass } from '../schemas/health.ts'

/** What the thread can be asked to read. */
export type Job =
  | { kind: 'answer'; of: AggregateKind; text: string }
  | { kind: 'matching'; text: string; wanted: { status?: string; name?: string } }
  | { kind: 'folder'; root: string; realRoot: string; name: string; files?: readonly string[] | undefined }

export type Outcome =
  | { text: string }
  | { given: Given }
  /** The data is this part of the job's text, which need not be sent back. */
  | { from: number; to: number; given: Omit<Given, 'data'> }
  | { folder: Folder | undefined }
  | { fault: string; class?: FailureClass }

/** Of large folders whose last reading is remembered. */
const MAX_READERS = 50

/** Does one job after the other; what is wrong with a text is an outcome. */
export function createJobs() {
  const readers = new Map<string, ReturnType<typeof createFolderReader>>()

  function readerOf(place: string, files: readonly string[] | undefined) {
    const key = [place, ...(files ?? [])].join('\n')
    const reader = readers.get(key) ?? createFolderReader({ files })
    const [oldest] = readers.keys()
    if (!readers.has(key) && readers.size >= MAX_READERS && oldest !== undefined) readers.delete(oldest)
    readers.set(key, reader)
    return reader
  }

  return async (job: Job): Promise<Outcome> => {
    try {
      if (job.kind === 'folder') {
        const { root, realRoot, name, files } = job
        return { folder: await readerOf(path.join(root, name), files)(root, realRoot, name) }
      }
      if (job.kind === 'matching') return { text: matching(job.text, job.wanted) }
      const given = givenBy[job.of](job.text)
      const { data, ...rest } = given
      const from = job.text.indexOf(data)
      return from === -1 ? { given } : { from, to: from + data.length, given: rest }
    } catch (cause) {
      if (job.kind === 'folder') return { fault: whyUnreadable(cause) }
      const { class: kind, message } = failureOf(cause)
      return { fault: message, class: kind }
    }
  }
}
