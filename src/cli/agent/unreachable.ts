import { codeOf } from '../../untyped.ts'
import { CliFault, EXIT } from '../exit.ts'
import type { Place } from './place.ts'

/** Why there was no answer, and what to do about it. */
export function unreachable(place: Place, error: unknown): CliFault {
  const code = typeof error === 'string' ? error : causeOf(error)
  const [what, hint] = WORDS[code] ?? tls(code) ?? [`cannot be reached (${code})`, CHECK]
  return new CliFault(EXIT.unreachable, `${place.url} ${what} (address from ${place.from})`, hint)
}

const CHECK = 'Is the address right? flatrun-cluster doctor looks further'
const WORDS: Readonly<Record<string, [what: string, hint: string]>> = {
  ECONNREFUSED: [
    'refuses connections',
    'Is the agent running? flatrun-cluster service status says how it ended, flatrun-cluster config check what is wrong; or start one with: flatrun-cluster agent'
  ],
  CERT_CHANGED: [
    'has another certificate than the agent that left this address',
    'Does something else listen there? systemctl status flatrun-cluster'
  ],
  PIN_CHANGED: [
    'has another key than at login',
    'If its certificate was made anew, log in again: flatrun-cluster login. If not, somebody is in between'
  ],
  ECONNRESET: ['closed the connection', 'It may be starting or stopping, or want https'],
  ENOTFOUND: ['has a host name that nobody knows', 'Is the name written right?'],
  EAI_AGAIN: ['has a host name that cannot be looked up now', 'Is the name server reachable?'],
  EHOSTUNREACH: ['cannot be reached: no way leads there', 'Is that server up?'],
  ENETUNREACH: ['cannot be reached: no way leads there', 'Is the network up?'],
  ETIMEDOUT: ['did not answer in time', 'Give it longer with --timeout 60s, or look at the load of that server']
}

function tls(code: string): [string, string] | undefined {
  const known = /CERT|SIGNATURE|ALTNAME|ISSUER|SSL|EPROTO|CA_/.test(code)
  if (!known) return undefined
  if (/EPROTO|SSL/.test(code)) return ['does not speak TLS', 'Perhaps its address begins with http://']
  return [
    `has a certificate that is not trusted (${code})`,
    'Add its authority to those of the system, or name it with NODE_EXTRA_CA_CERTS=FILE; where nobody can be in between: --insecure-skip-verify'
  ]
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  // Several addresses of one name: each of them failed.
  const inner = error instanceof AggregateError ? error.errors[0] : undefined
  if (inner) return causeOf(inner)
  return codeOf(error) ?? error.name
}
