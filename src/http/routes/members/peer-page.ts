import { Type } from 'typebox'
import { PeerPast } from '../../../schemas/history.ts'
import { PeerDetail } from '../../../schemas/peer.ts'
import type { Services } from '../../services.ts'

export const PeerPage = Type.Intersect([PeerDetail, PeerPast])

/** One peer, with the evidence for its state, and how it was before. */
export const pageOf = ({ membership, history }: Pick<Services, 'membership' | 'history'>, name: string) => ({
  ...membership.detail(name),
  ...history.past(membership.find(name).id)
})
