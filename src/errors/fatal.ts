/** Ends the process with one line on stderr and an exit code of PROTOCOL §0. */
export class Fatal extends Error {
  override name = 'Fatal'
  readonly exitCode: number

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
