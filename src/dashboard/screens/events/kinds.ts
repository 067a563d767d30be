import type { TimelineRow } from '../../../schemas/timeline/timeline.ts'
import { actOf } from '../../lib/words/acts.ts'
import { kindOf, sentence } from '../../lib/words/words.ts'
import { asEvent } from './as-event.ts'
import { joinOf } from './joins.ts'

/** What a row can be one of, by the name that the address has for it. */
export const KINDS = {
  trouble: {
    word: 'Trouble',
    has: (row) => ['bad', 'warn'].includes(kindOf(asEvent(row))) || (row.act?.result ?? 0) >= 400
  },
  states: { word: 'States', has: ({ type }) => type === 'peer.state' || type === 'peer.flapping' },
  joins: {
    word: 'Joins and removals',
    has: ({ type }) => /^(invite\.|introduction\.|peer\.(joined|confirmed|removed|left|rekeyed))/.test(type)
  },
  deployments: {
    word: 'Deployments',
    has: ({ type, act }) => /^(deployment|rollout)\./.test(type) || /deployments|rollouts/.test(act?.what ?? '')
  },
  acts: { word: 'Who did what', has: ({ by, act }) => by !== undefined || act !== undefined }
} satisfies Record<string, { word: string; has: (row: TimelineRow) => boolean }>

export function isOfKind(row: TimelineRow, kind: string): boolean {
  const [, found] = Object.entries(KINDS).find(([key]) => key === kind) ?? []
  return found?.has(row) ?? true
}

/** A row as one sentence without its subject. */
export function told(row: TimelineRow): string {
  if (row.type === 'act' && row.act) return actOf(row.act)
  const join = joinOf(row)
  return join ? `joined ${join.whom}${join.how}` : sentence(asEvent(row))
}

/** What a word of the filter is looked for in. */
export const textOf = (row: TimelineRow) =>
  [row.server, row.peer, row.type, row.deployment, row.by, told(row)].join(' ').toLowerCase()
