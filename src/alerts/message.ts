import { randomUUID } from 'node:crypto'
import type { AlertMessage } from '../schemas/alerts/alert.ts'
import type { Incident, IncidentProblem, ProblemKind } from '../schemas/alerts/incident.ts'
import type { Notice } from './incidents.ts'
import { lasted, lines, listed, plain, plural, time } from './words.ts'

/** More of them are counted in the text, and left out of what programs read. */
const MOST_PROBLEMS = 50

/** A notice as a person reads it: what, where, since when, and what was known before. */
export function messageOf(notice: Notice, server: string, wall: number): AlertMessage {
  const { type, incident, told, open } = notice
  const over = type === 'closed' ? { lasted_ms: Math.max(0, wall - incident.since) } : {}
  return {
    ...headOf(`incident.${type}`, server, wall),
    ...((incident.kind === 'cut' || told.some(({ local }) => local)) && { local: true }),
    urgency: type === 'closed' || type === 'changed' ? 'low' : told.some(({ grave }) => grave) ? 'high' : 'normal',
    title: titleOf(notice, server),
    text: textOf(notice, wall).join('\n'),
    incident: { id: incident.id, since: new Date(incident.since).toISOString(), ...over },
    problems: [...told, ...(type === 'changed' ? open : [])].slice(0, MOST_PROBLEMS).map(problemView)
  }
}

export function testMessage(server: string, wall: number): AlertMessage {
  const text = 'This is what a message would look like. Nothing is wrong.'
  return { ...headOf('test', server, wall), urgency: 'low', title: `A test from ${server}`, text, problems: [] }
}

const headOf = (type: AlertMessage['type'], server: string, wall: number) => ({
  id: randomUUID(),
  type,
  server,
  at: new Date(wall).toISOString()
})

const problemView = ({ kind, server, server_id, since, title, detail, ended, outcome }: IncidentProblem) => ({
  kind,
  server,
  ...(server_id !== 'self' && { peer_id: server_id }),
  title,
  ...(detail !== undefined && { detail }),
  since: new Date(since).toISOString(),
  ...(ended !== undefined && { ended: new Date(ended).toISOString(), outcome: outcome ?? '' })
})

function titleOf({ type, incident, told, open }: Notice, server: string): string {
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
function titleOfOthers({ type, told, open }: Pick<Notice, 'type' | 'told' | 'open'>, still: string): string {
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

function textOf({ type, incident, told, open }: Notice, wall: number): string[] {
  if (type === 'closed' || type === 'changed') {
    const over = lines(
      told.map((one) => `${nameOf(one)} ${one.outcome} after ${lasted((one.ended ?? wall) - one.since)}`)
    )
    return open.length === 0 ? over : [...over, 'Still wrong:', ...lines(open.map((one) => lineOf(one, wall)))]
  }
  const hint = HINTS[incident.kind]
  return [...(hint === undefined ? [] : [hint]), ...lines(told.map((one) => lineOf(one, wall)))]
}

const HINTS: Partial<Record<Incident['kind'], string>> = {
  cut: 'The fault may be at this server itself: its network, or its name server.',
  links: 'No server is down by what others say: look at the network on the way.'
}

const nameOf = ({ kind, server }: IncidentProblem) => (kind === 'peer' ? server : `${server}:`)

function lineOf(problem: IncidentProblem, wall: number): string {
  const { title, detail, known, since } = problem
  const why = detail === undefined ? '' : ` ${detail.replace(/[.]$/, '')}.`
  const before = known === undefined ? '' : ` Before that: ${known}.`
  return plain(`${nameOf(problem)} ${title} since ${time(since, wall)}.${why}${before}`, 500)
}
