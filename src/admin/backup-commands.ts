import path from 'node:path'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { Fatal } from '../errors.ts'
import { backup } from './backup.ts'
import { restore } from './restore.ts'
import { dataPathMeant, requireStore } from './subject.ts'

/** `flatrun-cluster backup FILE`: of a running or a stopped node. */
export function runBackup(given: Given, io: Io, root?: string): undefined {
  const target = named(given, io)
  if (target === '-' && process.stdout.isTTY)
    throw new Fatal(64, 'stdout is a terminal; send a backup to a file or a program')
  const meant = dataPathMeant(given, io, root)
  const { files, bytes } = backup(requireStore(meant), target, new Date(io.now()))
  const said = `${files.join(', ')} of ${meant.folder}, from ${meant.from} (${Math.ceil(bytes / 1_024)} KiB)`
  if (target === '-') io.err(said)
  else io.out(`${target}: ${said}`)
  io.err('It holds the secrets of this node: keep it as you keep a private key.')
}

/** `flatrun-cluster restore FILE`: into a data path that no daemon holds. */
export function runRestore(given: Given, io: Io, root?: string): undefined {
  const archive = named(given, io)
  const { folder, from } = dataPathMeant(given, io, root)
  io.err(`data path: ${folder} (${from})`)
  const { nodeId, aside } = restore({ archive, folder, replace: given.has('replace'), now: new Date(io.now()) })
  io.out(`node ${nodeId} is restored into ${folder}`)
  if (aside) io.err(`What was there is in ${aside}`)
  io.err(
    'Peers that joined or were removed after the backup are not as this node remembers them: look at them after the start.'
  )
}

function named({ args: [file = ''] }: Given, { cwd }: Io): string {
  return file === '-' ? '-' : path.resolve(cwd, file)
}
