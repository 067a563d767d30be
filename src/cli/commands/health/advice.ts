import { remedyOf } from '../../../schemas/peers/remedies.ts'
import { type Row, rows, text } from '../../text/shape.ts'
import { stateOf } from '../peers.ts'

/** What stands behind the remedy of a state, and the commands. */
const BY_STATE: Readonly<Record<string, readonly string[]>> = {
  pending: ['If it waits for your approval: flatrun-cluster approve NAME'],
  rejected: [
    'It runs, but does not take our key any more: it has removed this server, or was set up anew.',
    'To remove it here: flatrun-cluster remove NAME'
  ],
  skewed: ['Requests between servers are signed with a time, and refused when it is more than two minutes off.'],
  removed: ['To remove it here: flatrun-cluster remove NAME'],
  suspended: [
    'The server that introduced it removed it from the whole cluster. If that is right: flatrun-cluster remove NAME; if not: flatrun-cluster introductions restore NAME, within 30 days.'
  ],
  quarantined: [
    'What watches it here has crashed too often, and was stopped.',
    'To try again: flatrun-cluster check NAME'
  ]
}

const BY_FAILURE: Readonly<Record<string, readonly string[]>> = {
  refused: ['The server is up, but nothing listens there.'],
  timeout: ['From this server: curl -m 5 URL/api/health'],
  http: ['There: journalctl -u flatrun-cluster -n 50'],
  tls: [
    'Its certificate is not the one that we know, or has expired; if nobody changed it, somebody may be in between.'
  ],
  unlinked: [
    'It cannot be reached from here, and keeps connections open to this server instead; now it has none: docs/behind-nat.md'
  ],
  key_refused: ['To remove it here: flatrun-cluster remove NAME'],
  address: ['Its address is link-local, loopback, or one of metadata.']
}

const BY_SCOPE: Readonly<Record<string, readonly string[]>> = {
  here_only: ['From this server: curl -m 5 URL/api/health'],
  cut_off: []
}

/** What an operator can do about a peer, by its state and by what its last failed check met; the remedy first. */
export function adviceFor(peer: Row): string[] {
  const state = stateOf(peer)
  if (state === 'online') return []
  const failed = text(rows(peer.evidence).findLast((one) => one.ok === false)?.class)
  const scope = text(peer.scope)
  const remedy = remedyOf({ state, scope, failed })
  const more = BY_STATE[state] ?? BY_SCOPE[scope] ?? BY_FAILURE[failed] ?? []
  const lines = remedy === undefined ? ['Ask it now: flatrun-cluster check NAME'] : [remedy, ...more]
  return lines.map((line) => line.replaceAll('NAME', text(peer.name)).replaceAll('URL', text(peer.url)))
}
