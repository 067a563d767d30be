import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'

interface KeptFileOptions {
  file: string
  /** Asked for one after the other while the file is written. */
  records: () => Iterable<unknown>
  /** Told when the file cannot be written; what it is about then lasts as long as the process. */
  onFault: (fault: unknown) => void
}

const WRITE_EVERY_MS = 300_000
/** Written at once; between two parts everything else goes on. */
const PART_LENGTH = 65_536

/**
 * Keeps what is no secret and no fact, figures and old answers, in a file while the agent does not run: one record a line, as
 * JSON. Losing it is no fault. Gives the end of it, which writes it once more.
 */
export function keepInFile({ file, records, onFault }: KeptFileOptions): () => void {
  let hasEnded = false

  async function write(): Promise<void> {
    const handle = await open(`${file}.new`, 'w', 0o600)
    try {
      for (const part of partsOf(records())) await handle.write(part)
    } finally {
      await handle.close()
    }
    if (!hasEnded) await rename(`${file}.new`, file)
  }
  const writing = setInterval(() => void write().catch(onFault), WRITE_EVERY_MS).unref()

  return () => {
    hasEnded = true
    clearInterval(writing)
    try {
      writeFileSync(`${file}.last`, [...partsOf(records())].join(''), { mode: 0o600 })
      renameSync(`${file}.last`, file)
    } catch (fault) {
      onFault(fault)
    }
  }
}

function* partsOf(records: Iterable<unknown>): Generator<string> {
  let part = ''
  for (const record of records) {
    part += `${JSON.stringify(record)}\n`
    if (part.length < PART_LENGTH) continue
    yield part
    part = ''
  }
  yield part
}

/** The first record that was kept; undefined where there is none, or it is not what was written. */
export function readKept<Shape extends TSchema>(file: string, shape: Shape): Static<Shape> | undefined {
  try {
    return recordIn(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '', shape)
  } catch {
    return undefined
  }
}

/** Every record that was kept, while everything else goes on; a line that is not what was written is left out. */
export async function readAllKept<Shape extends TSchema>(
  file: string,
  shape: Shape,
  take: (record: Static<Shape>) => void
): Promise<void> {
  try {
    await using handle = await open(file)
    for await (const line of handle.readLines()) {
      const record = recordIn(line, shape)
      if (record !== undefined) take(record)
    }
  } catch {
    // Nothing was kept, or it cannot be read.
  }
}

function recordIn<Shape extends TSchema>(line: string, shape: Shape): Static<Shape> | undefined {
  try {
    const record: unknown = JSON.parse(line)
    return Value.Check(shape, record) ? record : undefined
  } catch {
    return undefined
  }
}
