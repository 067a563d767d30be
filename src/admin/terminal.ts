import { createInterface } from 'node:readline/promises'

/** What a command speaks to: the process's own streams, or a test's. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Asks a person; false without one. */
  readonly agrees: (question: string) => Promise<boolean>
  readonly interactive: boolean
}

export function processTerminal(): Terminal {
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true
  return {
    interactive,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    async agrees(question) {
      if (!interactive) return false
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
      } finally {
        lines.close()
      }
    }
  }
}
