import { findPlace } from '../../agent/place.ts'
import { unreachable } from '../../agent/unreachable.ts'
import type { Given } from '../../command.ts'
import { CliFault, EXIT } from '../../exit.ts'
import type { Io } from '../../io.ts'
import { agrees } from '../../prompt.ts'

type Pinned = { readonly pin?: string }

const LOOK_MS = 10_000

/** `--pin`, when it could be one: 32 bytes, base64url. @throws CliFault */
export function pinGiven({ option }: Given): Pinned {
  const pin = option('pin')
  if (pin === '') return {}
  if (!/^[\w-]{43}$/.test(pin))
    throw new CliFault(EXIT.usage, `--pin ${pin} is no pin`, 'flatrun-cluster status on that server shows it')
  return { pin }
}

/**
 * The key by which an agent is to be known from now on; none where an authority vouches for it. Without `--pin` a person
 * compares, as with the host key of ssh. @throws CliFault where nobody agrees
 */
export async function pinFor(url: string, given: Given, io: Io): Promise<Pinned> {
  const pinned = pinGiven(given)
  if (pinned.pin !== undefined) return pinned
  // Loaded when it is wanted: TLS takes longer than most commands.
  const { trustSystemAuthorities } = await import('../../../security/certificates/authorities.ts')
  const { lookAtCertificate } = await import('../../agent/pin.ts')
  trustSystemAuthorities()
  const { trusted, selfSigned, pin } = await lookAtCertificate(url, LOOK_MS).catch((error) => {
    throw unreachable(findPlace({ url }, io), error)
  })
  // One that has run out or is for another name is its operator's to mend, and its next one has another key.
  if (trusted || !selfSigned) return {}
  const fault = `no authority vouches for the certificate of ${url}`
  const hint = `If flatrun-cluster status on that server shows the same certificate pin: --pin ${pin}`
  if (!io.interactive) throw new CliFault(EXIT.unreachable, fault, hint)
  io.err(`${fault[0]?.toUpperCase()}${fault.slice(1)}.`)
  io.err(`Its pin is ${pin}; flatrun-cluster status on that server shows the one that it should be.`)
  if (await agrees(io, 'Is it the same?')) return { pin }
  throw new CliFault(EXIT.failed, 'nothing was sent and nothing was saved')
}
