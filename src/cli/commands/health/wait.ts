import { type Command, Option } from 'commander'
import { sameName } from '../../../schemas/names.ts'
import { namesOf, type Selected, selectionIn, serversIn, withSelection } from '../../agent/selection.ts'
import { serverNamed } from '../../agent/servers.ts'
import { examples, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { type Row, row, rows, text } from '../../text/shape.ts'
import { harmless, spanOf } from '../../text/words.ts'
import { isUp, stateOf, summaryOf } from '../peers.ts'

const USUAL_MS = 60_000
const LOOK_MS = 500

/** Whose state counts: `undefined` is every peer. `exact`: each of them was named, and has to be a peer. */
interface Meant {
  readonly names: readonly string[] | undefined
  readonly exact: boolean
}

/** What is waited for: whether it is so, and what is missing. */
type Look = (context: Context, meant: Meant) => Promise<{ so: boolean; seen: string; peers: readonly Row[] }>

const GOALS: Readonly<Record<string, Look>> = {
  ready: async ({ client }) => {
    await client.get('/health')
    return { so: true, seen: 'the agent answers', peers: [] }
  },
  up: (context, meant) => whether(context, meant, isUp),
  down: (context, meant) => whether(context, meant, (peer) => !isUp(peer)),
  gone: async (context, meant) => {
    const peers = among(await peersOf(context), meant)
    return { so: peers.length === 0, seen: `still here: ${peers.map(({ name }) => text(name)).join(', ')}`, peers }
  }
}

/** `wait --for up`: for scripts that join servers, restart them, or take them away. */
export function waitCommand(program: Command, { act }: Tie): void {
  const command = withSelection(program.command('wait [servers...]'), 'Only these peers')
    .summary('Wait until peers are up, or the agent is ready')
    .description(
      'Wait until these peers, or all of them, are as wished; 6 when the time (--timeout, else 60s) is over. A name may be that of a peer that has yet to join.'
    )
    .addOption(new Option('--for <goal>', 'What is waited for').choices(Object.keys(GOALS)).default('up'))
    .option('--count <peers>', 'With up: at least this many peers')
    .addHelpText(
      'after',
      examples(
        'wait --for ready --timeout 30s',
        'wait --for up',
        'wait --for up web-2 web-3',
        'wait --for up --on @prod --not db-3',
        'wait --for up --count 2',
        'wait --for gone web-2'
      )
    )
  act(command, async (context, given) => {
    const goal = given.option('for')
    const look = GOALS[goal]
    if (!look) throw new CliFault(EXIT.usage, `"${goal}" cannot be waited for`)
    const selected = selectionIn(given, given.args)
    if (goal === 'gone' && !selected) throw new CliFault(EXIT.usage, 'name the peers that are to be gone')
    if (goal === 'ready' && selected) throw new CliFault(EXIT.usage, '--for ready is of this agent, and of no peer')
    const least = leastOf(given.option('count'), goal)
    // A peer that is gone has no name or tag any more by which it could be meant.
    let first: Meant | undefined
    return waitFor(context, async (now) => {
      const meant = goal === 'gone' && first ? first : await meantBy(now, selected)
      first ??= meant
      const found = await look(now, meant)
      const enough = found.peers.filter(isUp).length >= least
      return enough ? found : { ...found, so: false, seen: `${found.seen}; ${least} are wanted` }
    })
  })
}

function leastOf(given: string, goal: string): number {
  if (given !== '' && goal !== 'up') throw new CliFault(EXIT.usage, '--count belongs to --for up')
  const least = Number(given)
  if (!Number.isInteger(least) || least < 0) throw new CliFault(EXIT.usage, `--count ${given} is no number`)
  return least
}

async function meantBy(context: Context, selected: Selected | undefined): Promise<Meant> {
  if (!selected) return { names: undefined, exact: false }
  return { names: await serversIn(context, selected), exact: namesOf(selected) !== undefined }
}

async function waitFor(context: Context, look: (now: Context) => ReturnType<Look>): Promise<number> {
  const { io, timeoutMs = USUAL_MS } = context
  const begin = io.now()
  for (;;) {
    const { so, seen, peers } = await look(context.afresh()).catch(lookAgain)
    if (so) {
      context.print({ ok: true, waited_ms: io.now() - begin, peers }, () => harmless(seen))
      return EXIT.ok
    }
    if (io.now() - begin >= timeoutMs) {
      if (context.json) io.out(JSON.stringify({ ok: false, waited_ms: io.now() - begin, peers }, null, 2))
      io.err(harmless(`not within ${spanOf(timeoutMs)}: ${seen}`))
      return EXIT.unhealthy
    }
    await io.wait(LOOK_MS)
  }
}

/** An agent that cannot be reached yet may be starting; a wrong key stays wrong. */
function lookAgain(error: unknown): Awaited<ReturnType<Look>> {
  if (error instanceof CliFault && error.exitCode === EXIT.unreachable)
    return { so: false, seen: error.message, peers: [] }
  throw error
}

async function whether(context: Context, meant: Meant, wished: (peer: Row) => boolean) {
  const all = await peersOf(context)
  const peers = among(all, meant)
  const missing = meant.exact ? (meant.names ?? []).filter((name) => !all.some((peer) => isNamed(peer, name))) : []
  for (const name of missing)
    if ((await serverNamed(context, name)) === undefined)
      throw new CliFault(EXIT.usage, `${name} is the server that is asked, and no peer of its own`)
  const others = peers.filter((peer) => !wished(peer)).map((peer) => `${text(peer.name)} is ${stateOf(peer)}`)
  const lacking = [...missing.map((name) => `${name} is no peer`), ...others]
  return { so: lacking.length === 0, seen: lacking.join(', ') || summaryOf(peers), peers }
}

const isNamed = ({ name }: Row, wanted: string) => sameName(text(name), wanted)

const among = (peers: readonly Row[], { names }: Meant) =>
  names === undefined ? [...peers] : peers.filter((peer) => names.some((name) => isNamed(peer, name)))

const peersOf = async ({ client }: Context) => rows(row(await client.get('/cluster/peers')).peers)
