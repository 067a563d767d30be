import { type Command, Option } from 'commander'
import { peerNamed } from '../../agent/servers.ts'
import { examples, type Tie } from '../../command.ts'
import type { Context } from '../../context.ts'
import { CliFault, EXIT } from '../../exit.ts'
import { type Row, row, rows, text } from '../../text/shape.ts'
import { harmless, spanOf } from '../../text/words.ts'
import { isUp, stateOf, summaryOf } from '../peers.ts'

const USUAL_MS = 60_000
const LOOK_MS = 500

/** What is waited for: whether it is so, and what is missing. */
type Look = (
  context: Context,
  names: readonly string[]
) => Promise<{ so: boolean; seen: string; peers: readonly Row[] }>

const GOALS: Readonly<Record<string, Look>> = {
  ready: async ({ client }) => {
    await client.get('/health')
    return { so: true, seen: 'the agent answers', peers: [] }
  },
  up: (context, names) => whether(context, names, isUp),
  down: (context, names) => whether(context, names, (peer) => !isUp(peer)),
  gone: async (context, names) => {
    const peers = (await peersOf(context)).filter(({ name }) => names.includes(text(name)))
    return { so: peers.length === 0, seen: `still here: ${peers.map(({ name }) => text(name)).join(', ')}`, peers }
  }
}

/** `wait --for up`: for scripts that join servers, restart them, or take them away. */
export function waitCommand(program: Command, { act }: Tie): void {
  const command = program
    .command('wait [name...]')
    .summary('Wait until peers are up, or the agent is ready')
    .description(
      'Wait until the named peers, or all of them, are as wished; 6 when the time (--timeout, else 60s) is over.'
    )
    .addOption(new Option('--for <goal>', 'What is waited for').choices(Object.keys(GOALS)).default('up'))
    .option('--count <peers>', 'With up: at least this many peers')
    .addHelpText(
      'after',
      examples(
        'wait --for ready --timeout 30s',
        'wait --for up',
        'wait --for up web-2 web-3',
        'wait --for up --count 2',
        'wait --for gone web-2'
      )
    )
  act(command, async (context, { args, option }) => {
    const look = GOALS[option('for')]
    if (!look) throw new CliFault(EXIT.usage, `"${option('for')}" cannot be waited for`)
    if (option('for') === 'gone' && args.length === 0)
      throw new CliFault(EXIT.usage, 'name the peers that are to be gone')
    const least = option('count') === '' ? 0 : Number(option('count'))
    if (!Number.isInteger(least) || least < 0) throw new CliFault(EXIT.usage, `--count ${option('count')} is no number`)
    return waitFor(context, async (now) => {
      const names = await Promise.all(args.map((name) => peerNamed(now, name)))
      const found = await look(now, names)
      const enough = found.peers.filter(isUp).length >= least
      return enough ? found : { ...found, so: false, seen: `${found.seen}; ${least} are wanted` }
    })
  })
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

async function whether(context: Context, names: readonly string[], wished: (peer: Row) => boolean) {
  const all = await peersOf(context)
  const peers = names.length === 0 ? all : all.filter(({ name }) => names.includes(text(name)))
  const missing = names.filter((name) => !all.some((peer) => peer.name === name))
  const others = peers.filter((peer) => !wished(peer)).map((peer) => `${text(peer.name)} is ${stateOf(peer)}`)
  const lacking = [...missing.map((name) => `${name} is no peer`), ...others]
  return { so: lacking.length === 0, seen: lacking.join(', ') || summaryOf(peers), peers }
}

const peersOf = async ({ client }: Context) => rows(row(await client.get('/cluster/peers')).peers)
