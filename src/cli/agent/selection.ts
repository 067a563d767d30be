import { type Command, Option } from 'commander'
import { isWide, SelectionFault } from '../../schemas/selection/selection.ts'
import { collect, type Given } from '../command.ts'
import type { Context } from '../context.ts'
import { CliFault, EXIT } from '../exit.ts'
import { row, texts } from '../text/shape.ts'

/** What servers are said with, in every command that takes some. */
const SELECTION = 'names, web-*, @tag or all, with commas between them'

/** Adds the options that say which servers; `meaning` stands in the help. */
export const withSelection = (command: Command, meaning: string): Command =>
  command
    .option('--on <servers>', `${meaning}: ${SELECTION}; given again, only those that both mean`, collect)
    .addOption(new Option('--server <servers>', 'The same as --on').argParser(collect).hideHelp())
    .option('--not <servers>', 'Without these, in the same words', collect)

export interface Selected {
  readonly servers: readonly string[]
  readonly not: readonly string[]
}

/** What was said of servers, as arguments or by the options; undefined where nothing was. @throws CliFault where a word is empty */
export function selectionIn({ list }: Given, words: readonly string[] = []): Selected | undefined {
  const named = words.length > 0 ? [words.join(',')] : []
  const said = { servers: [...named, ...list('on'), ...list('server')], not: list('not') }
  if (said.servers.length + said.not.length === 0) return undefined
  namesOf(said)
  return said
}

/** A list of names is known without asking; whoever is asked about them says which it does not have. */
export function namesOf({ servers, not }: Selected): string[] | undefined {
  try {
    return isWide({ on: servers, not })
      ? undefined
      : servers.flatMap((text) => text.split(',').map((name) => name.trim()))
  } catch (fault) {
    if (fault instanceof SelectionFault) throw new CliFault(EXIT.usage, fault.message)
    throw fault
  }
}

/** The servers that are meant, as the agent knows them. @throws CliFault where a word, or the whole, means nobody */
export async function serversIn(
  context: Context,
  selected: Selected,
  purpose: 'reading' | 'changing' = 'reading'
): Promise<string[]> {
  return namesOf(selected) ?? knownIn(context, selected, purpose)
}

/** The same; names are looked up as well, so that one that nobody has ends the command before anything was done. */
export async function knownIn(
  { client }: Context,
  selected: Selected,
  purpose: 'reading' | 'changing' = 'reading'
): Promise<string[]> {
  return texts(row(await client.get('/cluster/selection', { ...selected, for: purpose })).servers)
}

/**
 * The servers on which something is to be changed. More than their names said is shown before, and a person is asked.
 * @throws CliFault where that person does not want it
 */
export async function serversToChange(
  context: Context,
  selected: Selected,
  { what, sure }: { what: string; sure: boolean }
): Promise<string[]> {
  const names = await serversIn(context, selected, 'changing')
  if (namesOf(selected)) return names
  const { io } = context
  io.err(`${what} on ${names.join(', ')}`)
  if (sure || !io.interactive) return names
  const said = await io.ask(`On these ${names.length}? [y/N] `)
  if (!/^y(es)?$/i.test(said.trim())) throw new CliFault(EXIT.failed, 'nothing was changed')
  return names
}

/** For what is done on one server. @throws CliFault where several are meant */
export async function oneServerIn(context: Context, selected: Selected): Promise<string> {
  const [name = '', ...others] = await serversIn(context, selected)
  if (others.length === 0) return name
  throw new CliFault(EXIT.usage, `these are several servers: ${[name, ...others].join(', ')}`, 'Name one of them')
}
