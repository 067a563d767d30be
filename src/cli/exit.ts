/** How a command ends: docs/cli.md tells these to people who write scripts. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  notFound: 5,
  unhealthy: 6,
  interrupted: 130
} as const

/** Ends a command with one sentence on stderr, and what to do about it on the next line. */
export class CliFault extends Error {
  override name = 'CliFault'
  readonly exitCode: number
  readonly hint: string | undefined

  constructor(exitCode: number, message: string, hint?: string) {
    super(message)
    this.exitCode = exitCode
    this.hint = hint
  }
}
