import { SealedOnly } from '../../../errors/joining.ts'
import type { Remote } from '../../../remote/client.ts'
import type { EventLog } from '../../../schemas/event.ts'
import type { PlainExchange } from '../../../schemas/joining/joining.ts'
import { sameName } from '../../../schemas/names.ts'
import { bareToken } from '../../../security/invite-token.ts'
import type { SealedReply, SealedRequest } from '../../../security/sealing.ts'
import type { Store } from '../../../store/store.ts'
import type { Cluster } from '../../liveness/liveness.ts'
import type { Invites } from '../../membership/invites.ts'
import { FEATURES, type Self } from '../../peers/self.ts'
import type { AllowInsecure } from '../../peers/transport.ts'
import { createAdmit } from './admit.ts'
import { type Applicant, createApplicants } from './applicant.ts'
import { createInspection } from './inspection.ts'
import { openSealed } from './sealed-request.ts'

interface AdmissionOptions {
  store: Pick<Store, 'members' | 'vault' | 'revoke' | 'journal'>
  self: Self
  invites: Invites
  cluster: Pick<Cluster, 'joined' | 'peer' | 'reportFailure'>
  remote: Pick<Remote, 'exchange' | 'deadlines'>
  events: EventLog
  exchange: 'any' | 'sealed-only'
  allowInsecure: AllowInsecure
  pins?: () => readonly string[]
  now?: () => number
}

export type Admission = ReturnType<typeof createAdmission>

/**
 * The inviter's side of a join. One exchange at a time, and one write does both: the stored member names the invite
 * that it spent, so after any crash an invite is unused, or used with its member.
 */
export function createAdmission(options: AdmissionOptions) {
  const { store, self, invites, exchange, now = Date.now, pins = () => [] } = options
  const applicants = createApplicants(options)
  const admit = createAdmit({ ...options, now }, applicants)
  const inspect = createInspection({ ...options, now }, applicants)

  /** The joins that we have begun ourselves with the server of that name. */
  const joinsWith = (name: string) =>
    store.journal.all().flatMap(({ id, inviter }) => (inviter !== undefined && sameName(inviter, name) ? [id] : []))

  return {
    /** FlatRun's exchange, readable on the wire. */
    async plain({ invite_token, url, api_key, name }: PlainExchange): Promise<{ api_key: string; name: string }> {
      if (exchange === 'sealed-only') throw new SealedOnly()
      // These four and no more: what else stands in the body was not looked at.
      const applicant: Applicant = { kind: 'plain', token: bareToken(invite_token), url, api_key, name }
      applicants.inviteOf(applicant)
      await applicants.elsewhere(applicant)
      return invites.inTurn(async () => ({ api_key: await admit(applicant), name: self.name() }))
    },

    /** Ours: neither the token nor the keys can be read or changed on the way. */
    async sealed(body: SealedRequest): Promise<SealedReply> {
      const { applicant: asked, preflight, sealReply } = await openSealed(body, options)
      const applicant = await applicants.elsewhere(asked)
      if (preflight) return sealReply(JSON.stringify(await inspect(applicant)))
      return invites.inTurn(async () => {
        const api_key = await admit(applicant)
        const joins = joinsWith(applicant.name)
        const ours = { name: self.name(), node_id: self.nodeId(), features: FEATURES, pins: pins() }
        return sealReply(JSON.stringify({ api_key, ...ours, joins }))
      })
    }
  }
}
