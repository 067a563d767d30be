import path from 'node:path'
import { Fault } from '../fault.ts'
import { type Document, readDocuments } from './document.ts'

export interface ReadingOptions {
  /** Absolute; nothing outside of it is looked at. */
  root: string
  /** The text of a file; undefined where there is none. Throws a Fault for one that cannot be used. */
  read: (file: string) => Promise<string | undefined>
  /** Told the size of a file that was read before and is gone through once more, as one that is included twice. */
  again?: ((size: number) => void) | undefined
}

/** Of all files, each as often as it is gone through: includes of includes may double it at each step. */
const MOST = 2 << 20
/** What a file costs besides its size. */
const EACH = 1_024

export type Reading = ReturnType<typeof createReading>

/** One reading of a project's files: each is parsed once, and what was found odd on the way is noted. */
export function createReading({ root, read, again = () => {} }: ReadingOptions) {
  const parsed = new Map<string, { documents: Document[]; size: number }>()
  const laid = new Set<string>()
  let gone = 0

  async function fileOf(file: string) {
    const known = parsed.get(file)
    if (known) return known
    const text = await read(file)
    if (text === undefined) throw new Fault('is not there')
    const made = { documents: readDocuments(text), size: text.length }
    parsed.set(file, made)
    return made
  }

  return {
    root,
    read,
    /** Services of which not everything is known, each with the reason. */
    unjudged: new Map<string, string>(),
    /** Why there may be more in the project than was read. */
    incomplete: [] as string[],

    documents: async (file: string): Promise<readonly Document[]> => (await fileOf(file)).documents,

    /** The same, to lay over others: each time counts, since it costs as much as the first. */
    async layers(file: string): Promise<readonly Document[]> {
      const { documents, size } = await fileOf(file)
      if (laid.has(file)) again(size + EACH)
      laid.add(file)
      gone += size + EACH
      if (gone > MOST) throw new Fault('is included too often: all files, each time, are more than 2 MiB')
      return documents
    },

    /** The faults of a file begin with its name. */
    async inFile<T>(file: string, work: () => Promise<T>): Promise<T> {
      try {
        return await work()
      } catch (cause) {
        if (!(cause instanceof Fault) || cause instanceof FaultOfFile) throw cause
        throw new FaultOfFile(`${path.relative(root, file)} ${cause.message}`, { cause })
      }
    },

    /** A path of a compose file; undefined where it leads out of the folder, or is an address. */
    placeOf(file: string, dir: string): string | undefined {
      if (/^[\w+.-]+:\/\/|^git@|\.git(#|$)/.test(file)) return undefined
      const place = path.resolve(dir, file)
      return place.startsWith(`${root}${path.sep}`) ? place : undefined
    }
  }
}

class FaultOfFile extends Fault {}
