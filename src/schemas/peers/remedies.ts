import type { FailureClass, Verdict } from '../health.ts'
import type { Scope } from '../opinions/opinion.ts'

/**
 * What to do about a server, in one short sentence: the same on the page, in `explain`, and in docs/troubleshooting.md, which
 * a test compares. They are about a peer as this server sees it; "here" is this server, "there" the peer.
 */
export const BY_STATE: Readonly<Partial<Record<Verdict, string>>> = {
  suspect: 'Wait: it is asked again after 2, 5 and 10 s.',
  pending: 'Approve it there; if nobody is asked, it confirms by itself as soon as its agent runs.',
  rejected: 'Invite it again: remove it here, and join it with a new invite.',
  skewed: 'Set both clocks by NTP (timedatectl); nothing has to be joined again.',
  incompatible: 'Look at its address: another program, a proxy or a portal answers there.',
  removed: 'Remove it here as well, or join it again.',
  suspended: 'If that is right, remove it; if not, restore it within 30 days.',
  quarantined: 'Check it now, which starts it again, and report what the log says.'
}

/** What others say of it leads elsewhere than what our own check met. */
export const BY_SCOPE: Readonly<Partial<Record<Scope, string>>> = {
  here_only: 'Its agent runs: look at the way from here to it, a firewall, a route, a VPN.',
  cut_off: 'Look at the network of this server first.'
}

export const BY_CLASS: Readonly<Partial<Record<FailureClass, string>>> = {
  dns: 'Look at its name, and at the resolver of this server.',
  refused: 'Look whether its agent runs: systemctl status flatrun-cluster, there.',
  reset: 'Look at what is in between, such as a proxy, and at its log.',
  timeout: 'Look whether that machine is up, and for a firewall that drops.',
  tls: 'If it was set up anew, join it again with an invite that replaces it.',
  http: 'Look at its log, and at that of a proxy in front of it.',
  not_agent: 'Look at its address: another program, a proxy or a portal answers there.',
  bad_json: 'Look at its address: another program, a proxy or a portal answers there.',
  too_large: 'Look at its address: another program, a proxy or a portal answers there.',
  key_refused: 'Invite it again: remove it here, and join it with a new invite.',
  clock_skew: 'Set both clocks by NTP (timedatectl); nothing has to be joined again.',
  unlinked: 'Look whether its agent runs, and whether it reaches this server.',
  forbidden: 'Change the policy for this server, there.',
  address: 'Give it another cluster.advertise_url: this address may not be dialled.'
}

/** Undefined for one that needs nothing, and where nothing is known. */
export function remedyOf(peer: { state: string; scope?: string | undefined; failed?: string | undefined }) {
  if (peer.state === 'online') return undefined
  return of(BY_STATE, peer.state) ?? of(BY_SCOPE, peer.scope) ?? of(BY_CLASS, peer.failed)
}

/** What a peer says is no key to be trusted. */
const of = (table: Readonly<Record<string, string>>, key = '') => (Object.hasOwn(table, key) ? table[key] : undefined)
