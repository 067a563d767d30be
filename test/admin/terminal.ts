import type { Terminal } from '../../src/admin/terminal.ts'

/** A terminal that keeps what it is told. */
export function fakeTerminal(answers: boolean[] = [], texts: string[] = []) {
  const out: string[] = []
  const err: string[] = []
  const terminal: Terminal = {
    interactive: answers.length + texts.length > 0,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    agrees: async () => answers.shift() ?? false,
    ask: async () => texts.shift() ?? ''
  }
  return { terminal, out, err }
}
