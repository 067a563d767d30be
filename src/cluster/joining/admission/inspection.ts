import { TooManyLooks } from '../../../errors/joining.ts'
import type { Remote } from '../../../remote/client.ts'
import type { Invite } from '../../../schemas/joining/invite.ts'
import type { PreflightCheck, PreflightReply } from '../../../schemas/joining/joining.ts'
import type { Store } from '../../../store/store.ts'
import { createAllowance } from '../../membership/allowance.ts'
import { FEATURES, type Self } from '../../peers/self.ts'
import type { AllowInsecure } from '../../peers/transport.ts'
import { ok } from '../preflight.ts'
import { reachBack } from '../reachability.ts'
import type { Applicant, Applicants } from './applicant.ts'

interface InspectionOptions {
  store: Pick<Store, 'members'>
  self: Self
  remote: Pick<Remote, 'exchange' | 'deadlines'>
  allowInsecure: AllowInsecure
  now: () => number
}

/** Answers a joiner's preflight: what would fail at its exchange. Spends and stores nothing. */
export function createInspection(options: InspectionOptions, applicants: Applicants) {
  const { store, self, now } = options
  const { members } = store
  // Who holds an invite has this server dial addresses of its choice, and hears what was found there.
  const mayLook = createAllowance({ perMinute: 10 })

  return async function inspect(applicant: Applicant): Promise<PreflightReply> {
    const invite = applicants.inviteOf(applicant)
    applicants.assertUsable(invite, members.bySpentInvite(invite.digest))
    const { url } = applicants.placed(applicant, invite)
    if (!mayLook(invite.id)) throw new TooManyLooks()
    const back = await reachBack(applicant, url, options)
    return {
      checks: [ok('name', `${applicant.name} is free`), back.check, ...whoElse(invite)],
      time: new Date(now()).toISOString(),
      version: self.version.version,
      features: [...FEATURES],
      ...(back.url !== undefined && { url: back.url })
    }
  }

  function whoElse({ introduce }: Invite): PreflightCheck[] {
    if (!introduce) return []
    const others = members.all().filter(({ state, features }) => state === 'active' && features.includes('introduce'))
    return [
      ok('cluster', `${self.name()} tells its ${others.length} other peers of this server, and this server of them`)
    ]
  }
}
