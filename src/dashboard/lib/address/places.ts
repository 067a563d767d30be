import { FULL } from '../../../schemas/full.ts'
import { segment } from '../access/api.ts'
import type { ServerRow } from '../data/rows.ts'

/** The address of a server's page, or of a part of it. */
export const serverAt = (name: string, part = '') => `/servers/${segment(name)}${part === '' ? '' : `/${part}`}`

/** Nearly no memory or disk is left. What was so when it answered last is no news. */
export const isFull = ({ load, old }: ServerRow) =>
  !old && ((load.disk ?? 0) >= FULL.disk || (load.memory ?? 0) >= FULL.memory)

/** Where an address of before leads to now; undefined for one that is as it should be. */
export function movedTo(place: string): string | undefined {
  const { pathname, searchParams, search } = new URL(place, 'http://page')
  const [, first = '', name, part] = pathname.split('/')
  if (first === 'machines') return `/diagnostics${search}`
  if (
    first === 'servers' &&
    !name &&
    !searchParams.has('view') &&
    (searchParams.has('of') || searchParams.has('range'))
  )
    return `/servers?view=usage&${searchParams}`
  if (first !== 'peers') return undefined
  if (!name) return `/servers${search}`
  if (part === 'state') return `/diagnostics?peer=${name}`
  return `/servers/${name}${part ? `/${part === 'policy' ? 'access' : part}` : ''}${search}`
}
