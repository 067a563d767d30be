import { Check } from 'typebox/value'
import { ClusterDisabled, ClusterEnabled, PeerNameTaken } from '../../errors/members.ts'
import { BadRequest } from '../../errors/requests.ts'
import { PeerName, RESERVED_NAMES, type Version } from '../../schemas/names.ts'
import { BadUrl, bareHost, type DialPolicy, isLoopback, parsePeerUrl } from '../../security/addresses.ts'
import { fingerprintOf } from '../../security/identity.ts'
import type { Store } from '../../store/store.ts'
import { isOwnUrl } from './own-address.ts'

/** What two of our own agents can do with each other, in health and exchange answers. */
export const FEATURES = [
  'sealed-exchange',
  'confirm',
  'leave',
  'rotate',
  'rotate-psk',
  'signed-requests',
  'signed-answers',
  'introduce',
  'bound-requests',
  'reverse',
  'opinions',
  'told',
  'absence',
  'view',
  'timeline'
] as const

interface SelfOptions {
  store: Pick<Store, 'identity' | 'changeIdentity' | 'members'>
  version: Version
  /** The version that FlatRun's clients are told; default: the same. */
  toldVersion?: () => Version
  enabled: boolean
  serverName: string
  /** Empty: not known. */
  advertiseUrl: string
  /** Further ones, best first. */
  otherUrls?: readonly string[]
}

/** As many as a card holds. */
const MOST_URLS = 4

export type Self = ReturnType<typeof createSelf>

/** Who this node is, and where others reach it. */
export function createSelf({
  store,
  version,
  toldVersion = () => version,
  enabled,
  serverName,
  advertiseUrl,
  otherUrls = []
}: SelfOptions) {
  let listenUrl = ''
  let settingUp = false
  const setup = () => store.identity().setup
  const identity = () => store.identity().box?.publicKey ?? ''
  const address = () =>
    advertiseUrl || setup()?.advertiseUrl || otherUrls[0] || (isOnLoopback(listenUrl) ? listenUrl : '')
  const urls = () => [...new Set([address(), ...otherUrls])].filter((url) => url !== '').slice(0, MOST_URLS)

  return {
    version,
    toldVersion,
    nodeId: () => store.identity().nodeId,
    /** The public key by which others know this node. */
    identity,
    fingerprint: () => fingerprintOf(identity()),
    enabled: () => enabled || setup() !== undefined,
    name: () => (enabled ? serverName : (setup()?.serverName ?? serverName)),
    /** Empty when others do not know where to find us. A node that listens on loopback has no other address. */
    advertiseUrl: address,
    /** Every address of this node, best first. */
    urls,
    listensAt: () => listenUrl,
    listening(url: string): void {
      listenUrl = url
    },
    /** Loopback peers make sense only to a node that is on loopback itself. */
    dialPolicy: (): DialPolicy => ({ loopback: isOnLoopback(address()) || isOnLoopback(listenUrl) }),

    /** Whether a URL leads back to this node. */
    isOwnUrl: (url: string): Promise<boolean> => isOwnUrl(url, { listenUrl, advertised: urls() }),

    /** @throws ClusterDisabled */
    assertEnabled(): void {
      if (!enabled && !setup()) throw new ClusterDisabled()
    },

    /** Turns clustering on and keeps it. */
    async setup(name: string, url: string) {
      if (enabled || setup() || settingUp) throw new ClusterEnabled()
      const serverName = nameOf('server_name', name)
      if (store.members.byName(serverName)) throw new PeerNameTaken(serverName)
      const advertiseUrl = urlOf('advertise_url', url, { loopback: isOnLoopback(listenUrl) })
      settingUp = true
      try {
        await store.changeIdentity({ setup: { serverName, advertiseUrl } })
      } finally {
        settingUp = false
      }
      return { serverName, advertiseUrl }
    }
  }
}

/** @throws BadRequest that names the field. */
export function nameOf(field: string, text: string): string {
  const fits = Check(PeerName, text) && !RESERVED_NAMES.has(text.toLowerCase())
  if (fits) return text
  throw new BadRequest(
    `${field}: must be 1 to 63 letters, digits, dots, dashes and underscores, begin and end with a letter or digit, and not be a reserved word`
  )
}

/** @throws BadRequest that names the field. */
export function urlOf(field: string, text: string, policy: DialPolicy): string {
  try {
    return parsePeerUrl(text, policy)
  } catch (error) {
    if (error instanceof BadUrl) throw new BadRequest(`${field}: ${error.message}`)
    throw error
  }
}

/** In the form in which URLs are stored; undefined for what may not be dialled. */
export function dialable(text: string, policy: DialPolicy): string | undefined {
  try {
    return parsePeerUrl(text, policy)
  } catch (error) {
    if (error instanceof BadUrl) return undefined
    throw error
  }
}

export function isOnLoopback(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && (isLoopback(bareHost(parsed)) || parsed.hostname === 'localhost')
}
