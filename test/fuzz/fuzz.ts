import fc from 'fast-check'

/** How long each reader is tried, milliseconds: little in `npm test`, longer in `.ci/run`, a minute every night. */
const BUDGET_MS = Number(process.env.FUZZ_MS ?? 250)
/** Another seed finds other texts: that of a failure is printed, and goes to the list of its reader. */
const SEED = process.env.FUZZ_SEED === undefined ? Date.now() : Number(process.env.FUZZ_SEED)

/** Any character. Without a way back: for that, fast-check would list all 1.1 million of them first. */
const character = fc.nat(0x10f7ff).map((at) => String.fromCodePoint(at < 0xd800 ? at : at + 0x800))

const edit = (words: readonly string[]) =>
  fc.record({
    how: fc.constantFrom('insert', 'delete', 'repeat', 'replace', 'cut'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 40 }),
    word: fc.oneof(fc.constantFrom(...words), fc.string({ unit: character, maxLength: 8 }))
  })

/** Texts that are nearly valid: one of these, with some edits. */
export const nearly = (valid: readonly string[], words: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...valid), fc.array(edit(words), { maxLength: 8 })).map(([text, edits]) =>
    edits.reduce((changed, { how, at, length, word }) => {
      const start = Math.floor(changed.length * at)
      const [before, part, after] = [
        changed.slice(0, start),
        changed.slice(start, start + length),
        changed.slice(start)
      ]
      if (how === 'insert') return before + word + after
      if (how === 'repeat') return before + part.repeat(length) + after
      if (how === 'replace') return before + word + after.slice(length)
      return how === 'cut' ? before : before + after.slice(length)
    }, text)
  )

/** Tries a reader until its time is over; texts that made it fail once come first, each time. */
export async function fuzz<T>(of: fc.Arbitrary<T>, kept: readonly T[], read: (value: T) => unknown): Promise<void> {
  await fc.assert(
    fc.asyncProperty(of, async (value) => {
      await read(value)
    }),
    {
      seed: SEED,
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: BUDGET_MS,
      examples: kept.map((value): [T] => [value])
    }
  )
}

/** Only what is documented may be thrown. */
export async function onlyThrows(isExpected: (error: unknown) => boolean, work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isExpected(error)) throw error
  }
}
