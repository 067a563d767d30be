import type { FailureClass, PeerHealth, Verdict } from '../schemas/health.ts'

/** What is said of one server, and of several. */
export interface Phrase {
  one: string
  many: string
}

interface PeerFault {
  /** As it stands in a list: "does not answer". */
  is: Phrase
  over: Phrase
  /** In the title of a message, where that is shorter: "is down", and "is back". */
  title?: { is: Phrase; over: Phrase }
}

const phrase = (one: string, many: string): Phrase => ({ one, many })

const SILENT: PeerFault = {
  is: phrase('does not answer', 'do not answer'),
  over: phrase('answers again', 'answer again'),
  title: { is: phrase('is down', 'are down'), over: phrase('is back', 'are back') }
}
const NAMELESS: PeerFault = {
  is: phrase('has a name that does not resolve', 'have names that do not resolve'),
  over: phrase('answers by its name again', 'answer by their names again')
}
const UNTRUSTED: PeerFault = {
  is: phrase('shows a certificate that is not the expected one', 'show certificates that are not the expected ones'),
  over: phrase('shows the expected certificate again', 'show the expected certificates again')
}
const FAULTY: PeerFault = {
  is: phrase('answers with errors', 'answer with errors'),
  over: phrase('answers without errors again', 'answer without errors again')
}
const BARRED: PeerFault = {
  is: phrase('has an address that may not be dialled', 'have addresses that may not be dialled'),
  over: phrase('answers at an address that may be dialled', 'answer at addresses that may be dialled')
}
const UNASKED: PeerFault = {
  is: phrase('cannot be asked, by a fault of this server', 'cannot be asked, by a fault of this server'),
  over: phrase('can be asked again', 'can be asked again')
}
const CLOSED: PeerFault = {
  is: phrase('does not let this server ask', 'do not let this server ask'),
  over: phrase('lets this server ask again', 'let this server ask again')
}
const REFUSING: PeerFault = {
  is: phrase('refuses our key', 'refuse our key'),
  over: phrase('accepts our key again', 'accept our key again')
}
const SKEWED: PeerFault = {
  is: phrase('has another time than this server', 'have another time than this server'),
  over: phrase('has the time of this server again', 'have the time of this server again')
}
const FOREIGN: PeerFault = {
  is: phrase('is reached, but no agent answers there', 'are reached, but no agents answer there'),
  over: phrase('answers as an agent again', 'answer as agents again')
}
const UNWATCHED: PeerFault = {
  is: phrase('is not watched any more', 'are not watched any more'),
  over: phrase('is watched again', 'are watched again')
}

const ALL = [
  ...[SILENT, NAMELESS, UNTRUSTED, FAULTY, BARRED, UNASKED, CLOSED],
  ...[REFUSING, SKEWED, FOREIGN, UNWATCHED]
]

/** By the last question, of a peer that counts as offline: not each of them is down. */
const BY_FAILURE: Record<FailureClass, PeerFault> = {
  dns: NAMELESS,
  refused: SILENT,
  reset: SILENT,
  timeout: SILENT,
  unlinked: SILENT,
  aborted: SILENT,
  tls: UNTRUSTED,
  http: FAULTY,
  address: BARRED,
  internal: UNASKED,
  forbidden: CLOSED,
  key_refused: REFUSING,
  clock_skew: SKEWED,
  not_agent: FOREIGN,
  bad_json: FOREIGN,
  too_large: FOREIGN
}

const BY_VERDICT: Partial<Record<Verdict, PeerFault>> = {
  offline: SILENT,
  rejected: REFUSING,
  skewed: SKEWED,
  incompatible: FOREIGN,
  quarantined: UNWATCHED
}

/** Whether people are told of a peer in that state. That somebody removed or suspended it, or lets it wait, is no failure. */
export const isAway = (verdict: Verdict) => BY_VERDICT[verdict] !== undefined

/** What is wrong with a peer that is away, as its problem is called. */
export function faultOf({ verdict, evidence }: Pick<PeerHealth, 'verdict' | 'evidence'>): string {
  const last = evidence.findLast(({ ok }) => !ok)
  const offline = verdict === 'offline' && last && !last.ok ? BY_FAILURE[last.class] : undefined
  return (offline ?? BY_VERDICT[verdict] ?? SILENT).is.one
}

/** Of a problem that is called so. What an older agent called otherwise is silence. */
const called = (title: string) => ALL.find(({ is }) => is.one === title) ?? SILENT

/** Nothing of it is met: whoever cannot reach the network sees the same of all. */
export const isUnmet = (title: string) => [SILENT, NAMELESS].includes(called(title))
export const inTitle = (title: string): Phrase => called(title).title?.is ?? called(title).is
export const overInTitle = (title: string): Phrase => called(title).title?.over ?? called(title).over
export const overOf = (title: string): string => called(title).over.one
