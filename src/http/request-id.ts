import { randomUUID } from 'node:crypto'

/** A well-formed id of the caller's own is kept, so that one request has one id in all logs. */
export function requestId({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : randomUUID()
}
