/** What SQLite says of a failure: https://sqlite.org/rescode.html */
const BUSY = 5
const LOCKED = 6
const DISK = new Set([8, 10, 13, 14])
/** A file that ends too early is damaged; its disk is well. */
const SHORT_READ = 10 | (2 << 8)

/** Another process holds the file. */
export function isBusy(error: unknown): boolean {
  const code = primary(error)
  return code === BUSY || code === LOCKED
}

/** The disk refuses to be read or written: read-only, an input or output error, full, not to be opened. */
export function isDisk(error: unknown): boolean {
  const code = primary(error)
  return code !== undefined && DISK.has(code) && errcode(error) !== SHORT_READ
}

function primary(error: unknown): number | undefined {
  const code = errcode(error)
  return code === undefined ? undefined : code & 0xff
}

const errcode = (error: unknown) =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
