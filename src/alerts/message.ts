import { randomUUID } from 'node:crypto'
import type { AlertMessage } from '../schemas/alerts/alert.ts'
import type { IncidentProblem } from '../schemas/alerts/incident.ts'
import { type Spoken, titleOf } from './headline.ts'
import type { Notice } from './incidents/tracked.ts'
import { textOf } from './wording.ts'

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
    problems: [...inOrder(told), ...(type === 'changed' ? open : [])].slice(0, MOST_PROBLEMS).map(problemView)
  }
}

/** Of a storm all servers name the same ones, and so know of each other's messages. */
const inOrder = (told: readonly IncidentProblem[]) =>
  told.length <= MOST_PROBLEMS ? told : told.toSorted((one, other) => (one.server < other.server ? -1 : 1))

/** The same message of a part of what it tells: the rest was told by another server. */
export function partOf(message: AlertMessage, part: AlertMessage['problems']): AlertMessage {
  const { type, server, at, problems } = message
  // Of a storm some is only counted, and nobody else may have told that.
  if (type === 'test' || problems.length >= MOST_PROBLEMS) return message
  const open = type === 'incident.changed' ? problems.filter(({ ended }) => ended === undefined) : []
  const spoken: Spoken = {
    type: TYPES[type],
    incident: { kind: part.every(({ kind }) => kind === 'peer') ? 'peers' : 'others', members: UNKNOWN },
    ...{ told: part.map(problemIn), open: open.map(problemIn) }
  }
  const text = textOf(spoken, Date.parse(at)).join('\n')
  return { ...message, title: titleOf(spoken, server), text, problems: [...part, ...open] }
}

/** More than any number of peers: nothing is said of how many are left. */
const UNKNOWN = Number.POSITIVE_INFINITY

const TYPES = {
  'incident.opened': 'opened',
  'incident.changed': 'changed',
  'incident.closed': 'closed',
  'incident.reminder': 'reminder'
} as const

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

const problemView = (problem: IncidentProblem) => {
  const { kind, server, server_id, since, title, detail, known, ended, outcome } = problem
  return {
    ...{ kind, server },
    ...(server_id !== 'self' && { peer_id: server_id }),
    title,
    ...(detail !== undefined && { detail }),
    ...(known !== undefined && { known }),
    since: new Date(since).toISOString(),
    ...(ended !== undefined && { ended: new Date(ended).toISOString(), outcome: outcome ?? '' })
  }
}

const problemIn = ({ since, ended, ...said }: AlertMessage['problems'][number]): Spoken['told'][number] => ({
  ...said,
  since: Date.parse(since),
  ...(ended !== undefined && { ended: Date.parse(ended) })
})
