import type { Incident } from '../schemas/alerts/incident.ts'
import { areMost } from '../schemas/health.ts'
import type { Spoken, SpokenProblem } from './headline.ts'
import { isUnmet } from './peer-faults.ts'
import { lasted, lines, plain, time } from './words.ts'

export function textOf({ type, incident, told, open }: Spoken, wall: number): string[] {
  if (type === 'closed' || type === 'changed') {
    const over = lines(
      told.map((one) => `${nameOf(one)} ${one.outcome} after ${lasted((one.ended ?? wall) - one.since)}`)
    )
    return open.length === 0 ? over : [...over, 'Still wrong:', ...lines(open.map((one) => lineOf(one, wall)))]
  }
  const hint = HINTS[areMostPeers(incident, told) ?? incident.kind]
  return [...(hint === undefined ? [] : [hint]), ...lines(told.map((one) => lineOf(one, wall))), ...nextStep(told)]
}

/** What to type first, on the server that tells it. */
function nextStep(told: Spoken['told']): string[] {
  const [name, ...more] = new Set(told.flatMap(({ kind, server }) => (kind === 'peer' ? [server] : [])))
  if (name === undefined) return []
  return [`Look first with: flatrun-cluster ${more.length === 0 ? `explain ${name}` : 'reachability'}`]
}

/** Most are gone, and others that are reached say so too; or most find something about this server. */
function areMostPeers({ kind, members }: Spoken['incident'], told: Spoken['told']) {
  if (kind !== 'peers' || !areMost(told.length, members)) return undefined
  return told.filter(({ title }) => isUnmet(title)).length * 2 > told.length ? 'split' : 'self'
}

const HINTS: Partial<Record<Incident['kind'] | 'split' | 'self', string>> = {
  split: 'These are most of its peers, and others find the same: the network between them may be cut.',
  self: 'These are most of its peers: the fault may be at this server itself, such as its clock or its keys.',
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
