import type { JoinedPeer } from '../../../machines/joining.ts'
import { BadRequest } from '../../errors/requests.ts'
import type { Remote } from '../../remote/client.ts'
import type { SealedRequestContent } from '../../schemas/joining/joining.ts'
import type { JoinAttempt } from '../../schemas/joining/records.ts'
import type { Member } from '../../schemas/peer.ts'
import { readInvitation } from '../../security/invite-token.ts'
import { joinContext } from '../../store/contexts.ts'
import type { Store } from '../../store/store.ts'
import type { Invites } from '../membership/invites.ts'
import { FEATURES } from '../peers/self.ts'
import { targetOf } from '../peers/transport.ts'
import { type Answer, presentInvite } from './exchange-client.ts'
import { createKeep, type KeepOptions } from './keep.ts'
import { type Look, preflight, reachPlain } from './preflight.ts'
import type { Prepared } from './prepare.ts'
import { neverArrived } from './step-failure.ts'

export interface StepsOptions extends KeepOptions {
  store: KeepOptions['store'] & Pick<Store, 'journal'>
  invites: Pick<Invites, 'inTurn'>
  remote: Pick<Remote, 'exchange' | 'request' | 'deadlines'>
  pins: () => readonly string[]
}

export type JoinSteps = ReturnType<typeof createJoinSteps>

/** The steps of a join that leave this process: looking first, asking and storing, confirming. */
export function createJoinSteps(options: StepsOptions) {
  const { store, self, invites, remote, pins, now } = options
  const { members, vault, journal } = store
  const keep = createKeep(options)
  /** What inviters answered until it is stored: plain FlatRun gives its answer once. */
  const answers = new Map<string, { url: string; answer: Answer }>()

  const contentOf = (attempt: JoinAttempt, secret: { token: string; key: string }): SealedRequestContent => ({
    ...saidOf(attempt, secret),
    ...{ name: self.name(), node_id: self.nodeId(), features: [...FEATURES], pins: [...pins()] }
  })

  return {
    async look({ attempt, invitation, key }: Prepared): Promise<Look[]> {
      const { urls } = attempt
      if (invitation.kind === 'plain') return reachPlain(remote, urls)
      const content = contentOf(attempt, { token: invitation.token, key })
      return preflight(remote, { urls, invitation, content, now })
    },

    async ask(exchangeId: string, signal: AbortSignal): Promise<JoinedPeer> {
      const joined = members.all().find((member) => member.exchangeId === exchangeId)
      // Stopped between the two writes: it is stored, only the journal was still there.
      if (joined) return ended(exchangeId, joined)
      const attempt = journal.get(exchangeId)
      if (!attempt) throw new BadRequest('this join has ended')
      const key = vault.open(attempt.key, joinContext(exchangeId))
      const invitation = readInvitation(vault.open(attempt.token, joinContext(exchangeId)))
      const content = contentOf(attempt, { token: invitation.token, key })
      const answered =
        answers.get(exchangeId) ??
        (await askEach(attempt.urls, (url) => presentInvite(remote, { url, signal, invitation, content })))
      answers.set(exchangeId, answered)
      const expected = invitation.kind === 'sealed' ? invitation.name : undefined
      return invites.inTurn(async () => ended(exchangeId, await keep({ attempt, key, expected, ...answered })))
    },

    async confirm(memberId: string, signal: AbortSignal): Promise<void> {
      const member = members.get(memberId)
      if (!member?.features.includes('confirm')) return
      const body = { exchange_id: member.exchangeId }
      const limits = { deadlineMs: remote.deadlines.requestMs, maxBytes: 16_384, signal }
      await remote.request(targetOf(member), { method: 'POST', path: '/api/cluster/confirm', body, ...limits })
    },

    async giveUp(exchangeId: string): Promise<void> {
      answers.delete(exchangeId)
      await journal.delete(exchangeId)
    }
  }

  async function ended(exchangeId: string, { id, name }: Member): Promise<JoinedPeer> {
    await journal.delete(exchangeId)
    answers.delete(exchangeId)
    return { memberId: id, name }
  }
}

/** What a question says of the join. A plain one holds no more of it than the first three. */
const saidOf = (attempt: JoinAttempt, { token, key }: { token: string; key: string }) => ({
  invite_token: token,
  url: attempt.callbackUrl,
  api_key: key,
  exchange_id: attempt.id,
  ...(attempt.reach && { reach: attempt.reach }),
  ...(attempt.otherUrls?.length && { other_urls: [...attempt.otherUrls] })
})

/** Tries one address after the other while they cannot even be reached. */
async function askEach(urls: readonly string[], present: (url: string) => Promise<Answer>) {
  let last: unknown
  for (const url of urls) {
    try {
      return { url, answer: await present(url) }
    } catch (error) {
      last = error
      if (!neverArrived(error)) throw error
    }
  }
  throw last
}
