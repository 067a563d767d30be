import { randomBytes } from 'node:crypto'

const FORM = /^(\d{15})\.[0-9a-f]{16}$/

/**
 * The id of an exchange between two identities. Ids have an order, and of two exchanges of one pair the later one counts:
 * so two that cross end alike on both sides, one that is asked again is the same, and one that was recorded and is sent
 * again changes nothing.
 */
export const createExchangeId = (last: string | undefined, now: number) =>
  `${String(Math.max(now, timeOf(last) + 1)).padStart(15, '0')}.${randomBytes(8).toString('hex')}`

export const isExchangeId = (id: string) => FORM.test(id)

/** Whether the first one counts more than the second; those of joins by an invite count least. */
export function isLater(id: string, than: string | undefined): boolean {
  const other = than !== undefined && isExchangeId(than) ? than : ''
  return id > other
}

const timeOf = (id: string | undefined) => Number(FORM.exec(id ?? '')?.[1] ?? 0)
