import type { Incident, IncidentProblem, ProblemKind } from '../schemas/alerts/incident.ts'
import type { Notice } from './incidents/tracked.ts'
import { inTitle, isUnmet, overInTitle, type Phrase } from './peer-faults.ts'
import { listed, plain, plural } from './words.ts'

export type SpokenProblem = Omit<IncidentProblem, 'key' | 'server_id' | 'grave' | 'local' | 'confirmed'>

/** What a notice is put into words from. */
export interface Spoken {
  type: Notice['type']
  incident: Pick<Incident, 'kind' | 'members'>
  told: readonly SpokenProblem[]
  open: readonly SpokenProblem[]
}

/** Read on a locked phone: who, and what. */
export function titleOf(spoken: Spoken, server: string): string {
  switch (spoken.incident.kind) {
    case 'cut':
      return titleOfCut(spoken, server)
    case 'links':
      return titleOfLinks(spoken, server)
    case 'peers':
      return `${titleOfPeers(spoken)}, says ${server}`
    case 'others':
      return titleOfOthers(spoken)
  }
}

const isOver = (type: Spoken['type']) => type === 'closed' || type === 'changed'
const namesOf = (all: readonly SpokenProblem[]) => listed([...new Set(all.map((one) => one.server))])

function titleOfCut({ type, incident, told, open }: Spoken, server: string): string {
  if (type === 'closed') return `${server} reaches its peers again`
  const away = (type === 'changed' ? open : told).length
  const rest = `${away} of ${plural(incident.members, 'peer')} ${away === 1 ? 'does' : 'do'} not answer it`
  if (type === 'changed') return `${server} reaches ${namesOf(told)} again; ${rest}`
  return `${server} may ${type === 'reminder' ? 'still ' : ''}be cut off: ${rest}`
}

function titleOfLinks({ type, told }: Spoken, server: string): string {
  if (type === 'closed') return `${server} reaches ${namesOf(told)} again`
  const still = type === 'reminder'
  const [unmet, others] = [told.filter(({ title }) => isUnmet(title)), told.filter(({ title }) => !isUnmet(title))]
  const unreached = `${server} ${still ? 'still ' : ''}does not reach ${namesOf(unmet)}`
  const said = others.length > 0 && `${sayings(others, inTitle, still)}, says ${server}`
  return [unmet.length > 0 && unreached, said].filter(Boolean).join('; ')
}

function titleOfPeers({ type, told, open }: Spoken): string {
  if (!isOver(type)) return sayings(told, inTitle, type === 'reminder')
  const over = sayings(told, overInTitle)
  return type === 'changed' && open.length > 0 ? `${over}; ${sayings(open, inTitle, true)}` : over
}

/** "a and b are down; c refuses our key": those of whom the same is said together, most of them first. */
function sayings(all: readonly SpokenProblem[], phraseOf: (title: string) => Phrase, still = false): string {
  const groups = [...Map.groupBy(all, ({ title }) => phraseOf(title))].toSorted(([, a], [, b]) => b.length - a.length)
  return groups
    .map(([{ one, many }, those]) => {
      const words = those.length > 1 ? many : one
      return `${namesOf(those)} ${still ? withStill(words) : words}`
    })
    .join('; ')
}

const withStill = (words: string) => (/^(is|are) /.test(words) ? words.replace(' ', ' still ') : `still ${words}`)

/** So many are named before the rest is counted. */
const NAMED = 2

/** Two speak for themselves, and many of one kind are named by their servers. */
function titleOfOthers({ type, told, open }: Spoken): string {
  const over = isOver(type)
  const rest = type === 'changed' && open.length > 0 ? `; ${leftOf(open)}` : ''
  const kinds = new Set(told.map(({ kind }) => kind))
  const same = told.length > 1 && kinds.size === 1 && told[0] ? SAME[told[0].kind] : undefined
  const still = type === 'reminder' ? 'still ' : ''
  if (same !== undefined) return `${namesOf(told)}: ${still}${same}${over ? ' over' : ''}${rest}`
  const named = told.length === NAMED + 1 ? told : told.slice(0, NAMED)
  const word = kinds.size === 1 && (kinds.has('deployment') || kinds.has('restarts')) ? 'deployment' : 'problem'
  const more = told.length > named.length ? `; ${told.length - named.length} more ${word}s` : ''
  const words = byServer(named, ({ outcome = '', title }) => (over ? outcome : title))
  return `${still === '' ? words : words.replace(': ', `: ${still}`)}${more}${rest}`
}

const leftOf = (open: readonly SpokenProblem[]) =>
  open.length > NAMED ? `${open.length} problems left` : `left: ${byServer(open, ({ title }) => title)}`

/** "a: disk 93 % full; deployment shop does not run", each server named once. */
const byServer = (all: readonly SpokenProblem[], wordsOf: (problem: SpokenProblem) => string) =>
  [...Map.groupBy(all, ({ server }) => server)]
    .map(([server, those]) => `${server}: ${those.map((one) => plain(wordsOf(one), 80)).join('; ')}`)
    .join('; ')

/** Several of one kind, in a word. */
const SAME: Partial<Record<ProblemKind, string>> = {
  disk: 'disk nearly full',
  memory: 'memory nearly full',
  load: 'high load',
  engine: 'no container engine',
  flatrun: 'FlatRun’s agent gone',
  certificate: 'certificate ends soon',
  clock: 'clock wrong',
  backup: 'backup too old'
}
