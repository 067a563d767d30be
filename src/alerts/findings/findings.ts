import type { AlertRules } from '../../schemas/alerts/alert-rules.ts'
import type { ProblemKind } from '../../schemas/alerts/incident.ts'
import { CLOCKS_APART_MS, clocksApart, clocksDiffer } from '../../schemas/clock.ts'
import { DAY_MS, parseDuration } from '../../schemas/duration.ts'
import { lasted, plain } from '../words.ts'
import { type Listed, nameIn, type ServerFacts } from './facts.ts'
import { backupOf, flatrunOf } from './own.ts'
import { unlistedOf } from './unlisted.ts'

/** One thing that is wrong with a server by the rules, and how long it must be so before somebody is told. */
export interface Finding {
  key: string
  kind: ProblemKind
  title: string
  detail?: string
  grave: boolean
  holdMs: number
}

export interface Memory {
  /** Somebody was told of it: it is over only when it is clearly better. */
  told(key: string): boolean
  now: number
  /** Services of that server that were restarting or young at most looks of late: `deployment service`. */
  restarting(server: string): ReadonlySet<string>
}

/** Between getting worse and getting better, in percent: a figure at the edge is not told each minute. */
const SLACK = 3

/** Everything that is wrong with a server, by what is known of it. What it did not tell is neither wrong nor well. */
export function findingsOf(facts: ServerFacts, rules: AlertRules, memory: Memory): Finding[] {
  return [
    ...fullOf(facts, rules, memory),
    ...loadOf(facts, rules, memory),
    ...engineOf(facts, rules),
    ...flatrunOf(facts, rules),
    ...deploymentsOf(facts, rules, memory),
    ...unlistedOf(facts, rules),
    ...certificateOf(facts, rules, memory),
    ...clockOf(facts, rules, memory),
    ...backupOf(facts, rules, memory)
  ]
}

/** Which kinds of problems the facts speak of: of the others nothing new is known. */
export function toldBy({ id, figures, deployments, certificateEnds, clockOffsetMs, flatrun, backupAt }: ServerFacts) {
  // This server knows that it has no certificate, no timer, or no FlatRun, any more.
  const isOwn = id === 'self'
  return new Set<ProblemKind>([
    ...(figures ? (['disk', 'memory', 'load'] as const) : []),
    ...(deployments ? (['deployment', 'restarts', 'engine'] as const) : []),
    ...(certificateEnds === undefined && !isOwn ? [] : (['certificate'] as const)),
    ...(clockOffsetMs === undefined ? [] : (['clock'] as const)),
    ...(flatrun === undefined && !isOwn ? [] : (['flatrun'] as const)),
    ...(backupAt === undefined && !isOwn ? [] : (['backup'] as const))
  ])
}

const holdOf = (rule: { for: string }) => parseDuration(rule.for) ?? 0

function fullOf({ id, figures }: ServerFacts, rules: AlertRules, { told }: Memory): Finding[] {
  if (!figures) return []
  const kinds = [
    ['disk', figures.disk.usage_percent, 'full', `${gigabytes(figures.disk.free)} free`],
    ['memory', figures.memory.usage_percent, 'used', undefined]
  ] as const
  return kinds.flatMap(([kind, used, word, detail]) => {
    const rule = rules[kind]
    const key = `${kind} ${id}`
    if (!rule.enabled || used < rule.over - (told(key) ? SLACK : 0)) return []
    return {
      key,
      kind,
      title: `${kind} ${Math.floor(used)} % ${word}`,
      ...(detail !== undefined && { detail }),
      grave: used >= 98,
      holdMs: holdOf(rule)
    }
  })
}

const gigabytes = (bytes: number) => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`)

function loadOf({ id, figures }: ServerFacts, { load: rule }: AlertRules, { told }: Memory): Finding[] {
  if (!figures || !rule.enabled) return []
  const { cpu, load_avg } = figures
  const key = `load ${id}`
  const each = load_avg.load5 / Math.max(1, cpu.cores)
  if (each < rule.over * (told(key) ? 0.8 : 1)) return []
  return [
    {
      key,
      kind: 'load',
      title: `load ${load_avg.load5.toFixed(1)} on ${cpu.cores} processor${cpu.cores === 1 ? '' : 's'}`,
      grave: false,
      holdMs: holdOf(rule)
    }
  ]
}

/** Nothing is known of any deployment: what asks the engine gets no answer. Without deployments it is missed by nobody. */
export const isBlind = (deployments: readonly Listed[] | undefined): deployments is readonly Listed[] =>
  deployments !== undefined && deployments.length > 0 && deployments.every(({ status }) => status === 'unknown')

function engineOf({ id, deployments }: ServerFacts, { engine: rule }: AlertRules): Finding[] {
  if (!rule.enabled || !isBlind(deployments)) return []
  const reason = deployments.find(({ status_reason }) => status_reason)?.status_reason
  // Without one on purpose, none is missed.
  if (reason?.startsWith('No container engine is configured')) return []
  return [
    {
      key: `engine ${id}`,
      kind: 'engine',
      title: 'the container engine does not answer',
      ...(reason && { detail: plain(reason) }),
      grave: true,
      holdMs: holdOf(rule)
    }
  ]
}

function deploymentsOf({ id, deployments = [] }: ServerFacts, rules: AlertRules, memory: Memory): Finding[] {
  const restarting = memory.restarting(id)
  return deployments.flatMap((deployment) => {
    const { services = [] } = deployment
    const name = nameIn(deployment.name)
    const looping = services.filter((service) => restarting.has(`${deployment.name} ${service.name}`))
    if (rules.restarts.enabled && looping.length > 0) return [loopOf(id, deployment, looping)]
    const trouble = rules.deployment.enabled ? troubleOf(deployment) : undefined
    if (!trouble) return []
    return [
      {
        key: `deployment ${id} ${deployment.name}`,
        kind: 'deployment' as const,
        title: `deployment ${name} ${trouble.is}`,
        ...(trouble.why && { detail: plain(trouble.why) }),
        grave: trouble.grave,
        holdMs: holdOf(rules.deployment)
      }
    ]
  })
}

function loopOf(id: string, deployment: Listed, looping: readonly { name: string }[]): Finding {
  const name = nameIn(deployment.name)
  return {
    key: `restarts ${id} ${deployment.name}`,
    kind: 'restarts',
    title: `deployment ${name} restarts again and again`,
    detail: plain(`In a loop: ${looping.map((service) => service.name).join(', ')}`),
    grave: true,
    holdMs: 0
  }
}

function troubleOf({ status, error, status_reason, services = [] }: Listed) {
  const unwell = services.filter(({ health }) => health === 'unhealthy').map((service) => service.name)
  if (error !== undefined) return { is: 'has an error', why: error, grave: true }
  if (status === 'error') return { is: 'does not run', why: status_reason, grave: true }
  if (status === 'partial') return { is: 'runs only in part', why: status_reason, grave: true }
  return unwell.length > 0 ? { is: 'is unhealthy', why: unwell.join(', '), grave: true } : undefined
}

function certificateOf(
  { id, certificateEnds }: ServerFacts,
  { certificate: rule }: AlertRules,
  { now }: Memory
): Finding[] {
  const within = parseDuration(rule.within) ?? 0
  if (!rule.enabled || certificateEnds === undefined || certificateEnds - now > within) return []
  const left = certificateEnds - now
  return [
    {
      key: `certificate ${id}`,
      kind: 'certificate',
      title: left <= 0 ? `its certificate ended ${lasted(-left)} ago` : `its certificate ends in ${lasted(left)}`,
      grave: left <= DAY_MS,
      holdMs: 0
    }
  ]
}

function clockOf({ id, clockOffsetMs }: ServerFacts, { clock: rule }: AlertRules, { told }: Memory): Finding[] {
  const key = `clock ${id}`
  if (!rule.enabled || clockOffsetMs === undefined || !clocksApart(clockOffsetMs, told(key))) return []
  return [
    {
      key,
      kind: 'clock',
      title: clocksDiffer(clockOffsetMs),
      detail: `Beyond ${CLOCKS_APART_MS.most / 1_000} s the two servers refuse each other`,
      grave: false,
      holdMs: holdOf(rule)
    }
  ]
}
