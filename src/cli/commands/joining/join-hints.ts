import { CliFault } from '../../exit.ts'

/** What to do after each way in which a join fails. */
const HINTS: readonly (readonly [sign: RegExp, hint: string])[] = [
  [
    /already_joined|name_conflict/,
    'Look at: flatrun-cluster peers. To join anew, remove the old one first: flatrun-cluster remove NAME. Where two servers have one name: flatrun-cluster rename NAME'
  ],
  [
    /invite_used|invite_expired|invite_unknown|expired|already been used/i,
    'Make a new invite on the other server: flatrun-cluster invite'
  ],
  [
    /no_callback_url/,
    'Tell it where this server is reached: --callback-url URL, or cluster.advertise_url in the config'
  ],
  [
    /peer_unreachable/,
    'Nothing has changed on either side. From this server, is that address reachable? Try: curl ADDRESS/api/health'
  ],
  [
    /join_interrupted|peer_timeout/,
    'This agent goes on by itself until the invite expires: flatrun-cluster api get /cluster/joins'
  ],
  [
    /insecure_transport/,
    'Use https there, or, if nobody is in between, set cluster.allow_insecure_exchange: always here'
  ],
  [/preflight_failed/, 'Nothing was spent. Repair what it says, or join all the same with --force'],
  [/self_join/, 'Run this on the server that is to join, not on the one that made the invite']
]

/** A fault of a join, with what can be done about it. */
export function explained(fault: CliFault): CliFault {
  const hint = HINTS.find(([sign]) => sign.test(fault.message))?.[1] ?? fault.hint
  return new CliFault(fault.exitCode, fault.message, hint)
}
