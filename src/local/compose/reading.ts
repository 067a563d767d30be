import path from 'node:path'
import { type Document, readDocuments } from './document.ts'
import { Fault } from './fault.ts'

export interface ReadingOptions {
  /** Absolute; nothing outside of it is looked at. */
  root: string
  /** The text of a file; undefined where there is none. Throws a Fault for one that cannot be used. */
  read: (file: string) => Promise<string | undefined>
}

export type Reading = ReturnType<typeof createReading>

/** One reading of a project's files: each is parsed once, and what was found odd on the way is noted. */
export function createReading({ root, read }: ReadingOptions) {
  const parsed = new Map<string, Document[]>()

  return {
    root,
    read,
    /** Services of which not everything is known, each with the reason. */
    unjudged: new Map<string, string>(),
    /** Why there may be more in the project than was read. */
    incomplete: [] as string[],

    async documents(file: string): Promise<readonly Document[]> {
      const known = parsed.get(file)
      if (known) return known
      const text = await read(file)
      if (text === undefined) throw new Fault('is not there')
      const documents = readDocuments(text)
      parsed.set(file, documents)
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
