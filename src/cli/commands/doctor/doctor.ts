import type { Command } from 'commander'
import { examples, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { eventsOf } from '../../text/events.ts'
import { row, rows, text } from '../../text/shape.ts'
import { type Color, harmless } from '../../text/words.ts'
import {
  behind,
  clock,
  cluster,
  deployments,
  disk,
  type Finding,
  fault,
  good,
  peerFinding,
  type Verdict
} from './doctor-findings.ts'
import { dataPathFinding } from './doctor-local.ts'

const SIGNS: Readonly<Record<Verdict, [sign: string, color: Color]>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  fault: ['✗', 'red']
}

/** `doctor`: from the address to the peers, what works, what does not, and what to do. */
export function doctorCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('doctor')
    .summary('Look for what is wrong')
    .addHelpText('after', examples('doctor', 'doctor --json'))
  act(command, async (context) => {
    const findings = await examine(context)
    context.print({ ok: findings.every(({ verdict }) => verdict !== 'fault'), findings }, () =>
      findings.map((finding) => lineOf(finding, context)).join('\n')
    )
    return findings.some(({ verdict }) => verdict === 'fault') ? EXIT.unhealthy : EXIT.ok
  })
}

async function examine(context: Context): Promise<Finding[]> {
  const { client, io } = context
  const { place } = client
  const reached = await attempt(() => client.ask({ path: '/health' }))
  const beside = place.dataPath === undefined ? [] : [dataPathFinding(place.dataPath)]
  // What stands in its way may be seen without it.
  if ('fault' in reached) return [fault('agent', reached.fault), ...beside]
  const { version, agent_version: own, name, time, flatrun } = row(reached.value.json)
  if (text(row(version).version) === '')
    return [{ name: 'agent', verdict: 'fault', detail: `what answers at ${place.url} is no agent` }]
  const found: Finding[] = [
    good(
      'agent',
      `${place.url} answers, version ${text(own) || text(row(version).version)}; address from ${place.from}`
    )
  ]
  const status = await attempt(() => client.get('/cluster/status'))
  if ('fault' in status) return [...found, fault('key', status.fault)]
  const isOn = row(status.value).enabled === true
  const listed = isOn ? await attempt(() => client.get('/cluster/peers')) : { value: {} }
  const peers = 'fault' in listed ? [] : rows(row(listed.value).peers)
  found.push(
    good('key', `accepted${text(name) ? ` by ${text(name)}` : ''}`),
    clock(text(time), io.now()),
    ...(flatrun === undefined ? [] : [behind(row(flatrun))]),
    ...cluster(row(status.value), peers),
    ...('fault' in listed ? [fault('peers', listed.fault)] : peers.map(peerFinding))
  )
  const local = await attempt(() => client.get('/deployments'))
  found.push(...('fault' in local ? [fault('deployments', local.fault)] : deployments(row(local.value))))
  found.push(...beside, ...(await lastReload(client)))
  const stats = await attempt(() => client.get('/stats'))
  found.push(...('fault' in stats ? [] : [disk(row(row(row(stats.value).system).disk))]))
  return found
}

/** A reload that was refused leaves the old config, and everything looks well. */
async function lastReload(client: Context['client']): Promise<Finding[]> {
  const events = await attempt(() =>
    client.ask({ path: '/cluster/events', query: { follow: 'false' }, accept: 'text/event-stream' })
  )
  if ('fault' in events) return []
  const last = eventsOf(events.value.text).findLast(({ type }) => type === 'config.reloaded' || type === 'node.started')
  if (row(last?.facts).refused !== true) return []
  return [
    {
      name: 'config',
      verdict: 'fault',
      detail: text(last?.reason),
      advice: 'flatrun-cluster config check, then flatrun-cluster reload'
    }
  ]
}

async function attempt<T>(run: () => Promise<T>): Promise<{ value: T } | { fault: CliFault }> {
  try {
    return { value: await run() }
  } catch (error) {
    if (error instanceof CliFault) return { fault: error }
    throw error
  }
}

function lineOf({ name, verdict, detail, advice }: Finding, { paint }: Context): string {
  const [sign, color] = SIGNS[verdict]
  const line = `${paint(color, sign)} ${harmless(name)}  ${harmless(detail)}`
  return advice === undefined ? line : `${line}\n  ${paint('dim', '→')} ${harmless(advice)}`
}
