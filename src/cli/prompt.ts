import type { Io } from './io.ts'

/** Asks a person for a yes; no without a person. */
export async function agrees(io: Io, question: string): Promise<boolean> {
  return io.interactive && /^y(es)?$/i.test(await io.ask(`${question} [y/N] `))
}

/** Asks a person for a text; the suggestion where it is taken, or nobody is there. */
export async function askFor(io: Io, question: string, suggestion: string): Promise<string> {
  if (!io.interactive) return suggestion
  return (await io.ask(suggestion ? `${question} [${suggestion}]: ` : `${question}: `)) || suggestion
}
