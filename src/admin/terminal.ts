import { createInterface } from 'node:readline/promises'

/** What a command speaks to: the process's own streams, or a test's. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Asks a person; false without one. */
  readonly agrees: (question: string) => Promise<boolean>
  /** Asks a person for a text; empty when there is none, or the suggestion was taken. */
  readonly ask: (question: string, suggestion: string) => Promise<string>
  readonly interactive: boolean
}

export function processTerminal(): Terminal {
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true
  return {
    interactive,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    agrees: async (question) => interactive && /^y(es)?$/i.test(await answerTo(`${question} [y/N] `)),
    ask: async (question, suggestion) =>
      interactive ? answerTo(suggestion ? `${question} [${suggestion}]: ` : `${question}: `) : ''
  }
}

async function answerTo(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(question)).trim()
  } finally {
    lines.close()
  }
}
