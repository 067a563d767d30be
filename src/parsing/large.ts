import { inline, membersOf, type Splice } from '../cluster/aggregate/splice-json.ts'
import { Fault } from '../local/compose/fault.ts'
import type { ReadLarge } from '../local/disk/folders.ts'
import { RemoteFailure } from '../remote/failure.ts'
import type { Job } from './jobs.ts'
import type { Parser } from './parser.ts'

/** What takes about a millisecond is read where it is. */
const SMALL = 64 * 1024

/** Reads peers' answers: small ones at once, large ones on the thread. */
export function spliceOn({ run }: Pick<Parser, 'run'>): Splice {
  async function read(job: Extract<Job, { text: string }>): Promise<string> {
    const outcome = await run(job)
    if ('text' in outcome) return outcome.text
    if ('from' in outcome) return membersOf({ ...outcome.given, data: job.text.slice(outcome.from, outcome.to) })
    if ('given' in outcome) return membersOf(outcome.given)
    if ('fault' in outcome) throw new RemoteFailure(outcome.class ?? 'too_large', sentenceOf(outcome))
    throw new TypeError('the thread did another job')
  }

  return {
    data: (of, text) => (text.length <= SMALL ? inline.data(of, text) : read({ kind: 'answer', of, text })),
    matching: (text, wanted) =>
      text.length <= SMALL ? inline.matching(text, wanted) : read({ kind: 'matching', text, wanted })
  }
}

/** Reads the folders of large deployments on the thread. */
export function readFolderOn({ run }: Pick<Parser, 'run'>): ReadLarge {
  return async (root, realRoot, name, files) => {
    const outcome = await run({ kind: 'folder', root, realRoot, name, files })
    if ('folder' in outcome) return outcome.folder
    throw new Fault('fault' in outcome ? outcome.fault : 'cannot be read')
  }
}

/** A failure has a whole sentence; the parser's own words are the end of one. */
const sentenceOf = ({ fault, class: kind }: { fault: string; class?: string }) =>
  kind === undefined ? `its answer ${fault}` : fault
