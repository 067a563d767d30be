import { parseArgs } from 'node:util'
import { Fatal } from '../errors.ts'
import { backup } from './backup.ts'
import { findDataPath, requireStore } from './data-path.ts'
import { restore } from './restore.ts'
import type { Terminal } from './terminal.ts'

const BACKUP = 'Usage: flatrun-cluster backup FILE [--data-path DIR] [--config FILE]'
const RESTORE = 'Usage: flatrun-cluster restore FILE [--replace] [--data-path DIR] [--config FILE]'

const where = { 'data-path': { type: 'string' }, config: { type: 'string', short: 'c' } } as const

/** `flatrun-cluster backup FILE`: of a running or a stopped node. Gives the exit code. */
export function runBackup(words: readonly string[], terminal: Terminal, env: NodeJS.ProcessEnv): number {
  const { values, positionals } = parsed(BACKUP, () =>
    parseArgs({ args: [...words], allowPositionals: true, options: where })
  )
  const [target] = positionals
  if (target === undefined || positionals.length > 1) throw new Fatal(64, BACKUP)
  const folder = requireStore(findDataPath({ dataPath: values['data-path'], config: values.config, env }))
  const { files, bytes } = backup(folder, target, new Date())
  terminal.out(`${target}: ${files.join(', ')} of ${folder} (${Math.ceil(bytes / 1_024)} KiB)`)
  terminal.err('It holds the secrets of this node: keep it as you keep a private key.')
  return 0
}

/** `flatrun-cluster restore FILE`: into a data path that no daemon holds. Gives the exit code. */
export function runRestore(words: readonly string[], terminal: Terminal, env: NodeJS.ProcessEnv): number {
  const { values, positionals } = parsed(RESTORE, () =>
    parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { ...where, replace: { type: 'boolean', default: false } }
    })
  )
  const [archive] = positionals
  if (archive === undefined || positionals.length > 1) throw new Fatal(64, RESTORE)
  const folder = findDataPath({ dataPath: values['data-path'], config: values.config, env })
  const { nodeId, aside } = restore({ archive, folder, replace: values.replace, now: new Date() })
  terminal.out(`node ${nodeId} is restored into ${folder}`)
  if (aside) terminal.err(`What was there is in ${aside}`)
  terminal.err(
    'Peers that joined or were removed after the backup are not as this node remembers them: look at them after the start.'
  )
  return 0
}

function parsed<T>(usage: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    throw new Fatal(64, `${cause instanceof Error ? cause.message : cause}. ${usage}`, { cause })
  }
}
