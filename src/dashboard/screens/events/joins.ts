import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'

interface Join {
  /** Who came. */
  who: string
  whom: string
  how: string
}

/** A join from the side of who came, whichever of the two noted it; undefined for what is none. */
export function joinOf({ type, server, peer, reason = '' }: TimelineRow): Join | undefined {
  if (type !== 'peer.joined' || peer === undefined) return undefined
  const links = / keeps connections open /.test(reason) ? ', and keeps connections open to it' : ''
  if (/ accepted its invite/.test(reason))
    return { who: server, whom: peer, how: `, with an invite from there${links}` }
  if (/ accepted an invite /.test(reason)) return { who: peer, whom: server, how: ', with an invite from there' }
  return { who: peer, whom: server, how: reason === '' ? '' : `, ${reason}` }
}
