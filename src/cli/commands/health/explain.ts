import type { Command } from 'commander'
import { clocksApart, clocksDiffer } from '../../../schemas/clock.ts'
import { peerNamed } from '../../agent/servers.ts'
import { examples, type Tie } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { number, type Row, row, rows, text } from '../../text/shape.ts'
import { tableOf } from '../../text/table.ts'
import { agoOf, colorOf, harmless, type Paint, plural, spanOf } from '../../text/words.ts'
import { isUp, stateOf } from '../peers.ts'
import { adviceFor } from './advice.ts'

/** `explain PEER`: how it is, since when, why, on what evidence, and what to do. */
export function explainCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('explain <peer>')
    .summary('Why a peer is as it is, and what to do')
    .addHelpText('after', examples('explain web-2'))
  act(command, async (context, { args: [name = ''] }) => {
    const peer = row(await context.client.get(`/cluster/peers/${encodeURIComponent(await peerNamed(context, name))}`))
    const advice = adviceFor(peer)
    context.print({ ...peer, advice }, () => told(peer, advice, context.io.now(), context.paint))
    return isUp(peer) ? EXIT.ok : EXIT.unhealthy
  })
}

function told(peer: Row, advice: readonly string[], now: number, paint: Paint): string {
  const state = stateOf(peer)
  const since = Date.parse(text(peer.since))
  const lasting = Number.isNaN(since) ? '' : ` for ${spanOf(now - since)}`
  const transitions = rows(peer.transitions)
  const why = text(peer.error) || text(transitions.at(-1)?.reason)
  const failures = number(peer.failures) ?? 0
  const restarts = number(peer.restarts) ?? 0
  const apartMs = (number(peer.clock_offset_s) ?? 0) * 1_000
  const lines = [
    `${paint('bold', harmless(text(peer.name)))} is ${paint(colorOf(state), harmless(state))}${lasting}.`,
    why && `Why: ${harmless(why)}`,
    failures > 0 && `${plural(failures, 'check')} in a row failed; it answered ${agoOf(peer.last_seen, now)}.`,
    text(peer.scope_reason) && `Others: ${harmless(text(peer.scope_reason))}.`,
    clocksApart(apartMs) && stateOf(peer) !== 'skewed' && `But ${clocksDiffer(apartMs)}.`,
    peer.flapping === true && 'Unstable (flapping): more changes are not listed until it has been calm for a while.',
    restarts > 0 && `What watches it here has crashed ${plural(restarts, 'time')}; please report what the log says.`,
    text(peer.next_check_at) && `It is asked again in ${spanOf(Date.parse(text(peer.next_check_at)) - now)}.`,
    peer.reach === 'reverse' && 'It cannot be dialled from here: it is asked over connections that it opens.',
    peer.reach_back === 'reverse' && 'It cannot dial this server, which keeps connections open to it.',
    text(peer.calls_from) &&
      `It calls from ${harmless(text(peer.calls_from))}, and answers there. If it has moved: flatrun-cluster move ${harmless(text(peer.name))}`,
    `${harmless(text(peer.url) || 'no address')}, ${harmless(text(peer.transport) || 'plain FlatRun')}, version ${harmless(text(peer.version) || 'unknown')}`,
    text(peer.introduced_by) && `Introduced by ${harmless(text(peer.introduced_by))}.`,
    text(peer.fingerprint) && `Fingerprint ${text(peer.fingerprint)}; its own status shows the same.`
  ]
  return [
    ...lines.filter((line) => typeof line === 'string' && line !== ''),
    ...section('The last checks', evidence(peer, now, paint)),
    ...section('What happened', history(transitions, now, paint)),
    ...(advice.length > 0 ? ['', 'What to do', ...advice.map((one) => `  ${harmless(one)}`)] : [])
  ].join('\n')
}

const section = (title: string, table: string | undefined) => (table === undefined ? [] : ['', title, table])

function evidence(peer: Row, now: number, paint: Paint): string | undefined {
  const lines = rows(peer.evidence).map((one) => [
    agoOf(one.at, now),
    text(one.asked),
    one.ok === true ? { text: 'ok', color: 'green' as const } : { text: text(one.class), color: 'red' as const },
    `${number(one.duration_ms) ?? '-'} ms`,
    text(one.detail)
  ])
  return lines.length === 0 ? undefined : tableOf(['WHEN', 'ASKED', 'RESULT', 'TOOK', 'DETAIL'], lines, paint)
}

function history(transitions: readonly Row[], now: number, paint: Paint): string | undefined {
  const lines = transitions.map(({ at, from, to, reason }) => [agoOf(at, now), text(from), text(to), text(reason)])
  return lines.length === 0 ? undefined : tableOf(['WHEN', 'FROM', 'TO', 'WHY'], lines, paint)
}
