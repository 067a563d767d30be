import { type Row, rows, text } from '../../text/shape.ts'
import { stateOf } from '../peers.ts'

const BY_STATE: Readonly<Record<string, readonly string[]>> = {
  pending: [
    'Its side has not confirmed the join yet. It does so by itself; if it does not: is the agent there running?',
    'If it waits for your approval: flatrun-cluster approve NAME'
  ],
  rejected: [
    'It runs, but does not take our key any more: it has removed this server, or was set up anew.',
    'Remove it here (flatrun-cluster remove NAME), and join again with a new invite.'
  ],
  skewed: [
    'Requests between servers are signed with a time, and refused when it is more than two minutes off.',
    'Look at both clocks (timedatectl) and set the wrong one by NTP; nothing has to be joined again.'
  ],
  removed: ['Its operator removed this server. Remove it here too (flatrun-cluster remove NAME), or join again.'],
  incompatible: ['Something else answers at that address. Has the address been given to another program, or a proxy?'],
  suspended: [
    'The server that introduced it removed it from the whole cluster. If that is right: flatrun-cluster remove NAME; if not: flatrun-cluster introductions restore NAME, within 30 days.'
  ],
  quarantined: [
    'What watches it here has crashed too often, and was stopped. Please report what the log says.',
    'To try again: flatrun-cluster check NAME'
  ]
}

const BY_FAILURE: Readonly<Record<string, readonly string[]>> = {
  refused: ['The server is up, but nothing listens there. On it: systemctl status flatrun-cluster'],
  timeout: [
    'Nothing came back in time: the server is down or overloaded, or a firewall drops what we send.',
    'From this server: curl -m 5 URL/api/health'
  ],
  dns: ['Its host name cannot be looked up. Is the name server reachable, and the name still right?'],
  reset: ['It closed the connection: it may be restarting, or a proxy in between is.'],
  tls: [
    'Its certificate is not the one that we know, or has expired.',
    'If it was changed on purpose, join again with a new invite; if not, somebody may be in between.'
  ],
  http: ['It answers, but with an error. Its log says more: journalctl -u flatrun-cluster -n 50'],
  not_agent: ['Something else answers at that address. Has it been given to another program, or to a proxy?'],
  clock_skew: ['Set both clocks by NTP (timedatectl); nothing has to be joined again.'],
  unlinked: [
    'It cannot be reached from here, and keeps connections open to this server instead; now it has none.',
    'On it: is the agent running (systemctl status flatrun-cluster), and does it reach this server? docs/behind-nat.md'
  ],
  forbidden: ['Its policy for this server does not allow that: it must be changed there.'],
  key_refused: ['It does not take our key: it may have removed this server. Remove it here and join again.'],
  address: [
    'Its address may not be called (link-local, metadata, loopback). Its cluster.advertise_url must be another.'
  ]
}

/** What others say of it leads elsewhere than what our own check met. */
const BY_SCOPE: Readonly<Record<string, readonly string[]>> = {
  here_only: [
    'Other servers reach it, so its agent runs: look at the way from here to it (firewall, route, VPN).',
    'From this server: curl -m 5 URL/api/health'
  ],
  cut_off: ['Look at the network of this server first: the fault is probably here.']
}

/** What an operator can do about a peer, by its state and by what its last failed check met. */
export function adviceFor(peer: Row): string[] {
  const state = stateOf(peer)
  if (state === 'online') return []
  const failed = rows(peer.evidence).findLast((one) => one.ok === false)
  const lines = BY_STATE[state] ??
    BY_SCOPE[text(peer.scope)] ??
    BY_FAILURE[text(failed?.class)] ?? ['Ask it now: flatrun-cluster check NAME']
  return lines.map((line) => line.replaceAll('NAME', text(peer.name)).replaceAll('URL', text(peer.url)))
}
