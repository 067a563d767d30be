import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'

interface KeptFileOptions {
  file: string
  content: () => unknown
  /** Told when the file cannot be written; what it is about then lasts as long as the process. */
  onFault: (fault: unknown) => void
}

const WRITE_EVERY_MS = 300_000

/**
 * Keeps what is no secret and no fact, figures and old answers, in a file while the agent does not run: losing it is no fault.
 * Gives the end of it, which writes it once more.
 */
export function keepInFile({ file, content, onFault }: KeptFileOptions): () => void {
  function write(): void {
    try {
      writeFileSync(`${file}.new`, JSON.stringify(content()), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    } catch (fault) {
      onFault(fault)
    }
  }
  const writing = setInterval(write, WRITE_EVERY_MS).unref()
  return () => {
    clearInterval(writing)
    write()
  }
}

/** What was kept; undefined where it is not there, or is not what was written. */
export function readKept<Shape extends TSchema>(file: string, shape: Shape): Static<Shape> | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return Value.Check(shape, kept) ? kept : undefined
  } catch {
    return undefined
  }
}
