import type { Incident, IncidentProblem, ProblemKind } from '../schemas/alerts/incident.ts'
import { areMost } from '../schemas/health.ts'
import type { Notice } from './incidents/tracked.ts'
import { lasted, lines, listed, plain, plural, time } from './words.ts'

type SpokenProblem = Omit<IncidentProblem, 'key' | 'server_id' | 'grave' | 'local' | 'confirmed'>

/** What a notice is put into words from. */
export interface Spoken {
  type: Notice['type']
  incident: Pick<Incident, 'kind' | 'members'>
  told: readonly SpokenProblem[]
  open: readonly SpokenProblem[]
}

export function titleOf({ type, incident, told, open }: Spoken, server: string): string {
  const names = listed([...new Set(told.map((one) => one.server))])
  const still = type === 'reminder' ? 'still ' : ''
  if (incident.kind === 'cut') {
    if (type === 'closed') return `${server} reaches its peers again`
    const away = (type === 'changed' ? open : told).length
    const rest = `${away} of ${plural(incident.members, 'peer')} ${away === 1 ? 'does' : 'do'} not answer it`
    return type === 'changed'
      ? `${server} reaches ${names} again; ${rest}`
      : `${server} may ${still}be cut off: ${rest}`
  }
  if (incident.kind === 'links')
    return type === 'closed' ? `${server} reaches ${names} again` : `${server} ${still}does not reach ${names}`
  if (incident.kind === 'peers') {
    const several = told.length > 1
    if (type === 'closed') return `${names} ${several ? 'are' : 'is'} back, says ${server}`
    if (type === 'changed' && open.length > 0)
      return `${names} ${several ? 'are' : 'is'} back; ${listed(open.map((one) => one.server))} still down, says ${server}`
    if (type === 'changed') return `${names} ${several ? 'are' : 'is'} back, says ${server}`
    return `${names} ${several ? 'are' : 'is'} ${still}down, says ${server}`
  }
  return titleOfOthers({ type, told, open }, still)
}

/** One problem speaks for itself; several are counted by server. */
function titleOfOthers({ type, told, open }: Pick<Spoken, 'type' | 'told' | 'open'>, still: string): string {
  const names = listed([...new Set(told.map((one) => one.server))])
  const [first] = told
  const over = type === 'closed' || type === 'changed'
  const rest = type === 'changed' && open.length > 0 ? `; ${plural(open.length, 'problem')} left` : ''
  if (told.length === 1 && first) return `${names}: ${over ? first.outcome : `${still}${first.title}`}${rest}`
  const kinds = new Set(told.map(({ kind }) => kind))
  const kind = kinds.size === 1 && first ? SAME[first.kind] : undefined
  const what = kind ?? plural(told.length, 'problem')
  return over ? `${names}: ${what} over${rest}` : `${names}: ${still}${what}`
}

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

export function textOf({ type, incident, told, open }: Spoken, wall: number): string[] {
  if (type === 'closed' || type === 'changed') {
    const over = lines(
      told.map((one) => `${nameOf(one)} ${one.outcome} after ${lasted((one.ended ?? wall) - one.since)}`)
    )
    return open.length === 0 ? over : [...over, 'Still wrong:', ...lines(open.map((one) => lineOf(one, wall)))]
  }
  const hint = HINTS[isSplit(incident, told) ? 'split' : incident.kind]
  return [...(hint === undefined ? [] : [hint]), ...lines(told.map((one) => lineOf(one, wall))), ...nextStep(told)]
}

/** What to type first, on the server that tells it. */
function nextStep(told: Spoken['told']): string[] {
  const [name, ...more] = new Set(told.flatMap(({ kind, server }) => (kind === 'peer' ? [server] : [])))
  if (name === undefined) return []
  return [`Look first with: flatrun-cluster ${more.length === 0 ? `explain ${name}` : 'reachability'}`]
}

/** Most are gone, and others that are reached say so too. */
const isSplit = ({ kind, members }: Spoken['incident'], told: Spoken['told']) =>
  kind === 'peers' && areMost(told.length, members)

const HINTS: Partial<Record<Incident['kind'] | 'split', string>> = {
  split: 'These are most of its peers, and others find the same: the network between them may be cut.',
  cut: 'The fault may be at this server itself: its network, or its name server.',
  links: 'No server is down by what others say: look at the network on the way.'
}

const nameOf = ({ kind, server }: SpokenProblem) => (kind === 'peer' ? server : `${server}:`)

function lineOf(problem: SpokenProblem, wall: number): string {
  const { title, detail, known, since } = problem
  const why = detail === undefined ? '' : ` ${detail.replace(/[.]$/, '')}.`
  const before = known === undefined ? '' : ` Before that: ${known}.`
  return plain(`${nameOf(problem)} ${title} since ${time(since, wall)}.${why}${before}`, 500)
}
