import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Given } from '../../cli/command.ts'
import type { Io } from '../../cli/io.ts'
import { Fatal } from '../../errors/fatal.ts'
import { noteBackup } from '../../store/backup-note.ts'
import { dataPathMeant, requireStore } from '../subject.ts'
import { backup } from './backup.ts'
import { nameOfBackup, newestIn, prune } from './folder.ts'
import { checkBackup, restore } from './restore.ts'

/** `flatrun-cluster backup FILE`: of a running or a stopped node. */
export function runBackup(given: Given, io: Io, root?: string): undefined {
  const target = targetOf(given, io)
  if (target === '-' && process.stdout.isTTY)
    throw new Fatal(64, 'stdout is a terminal; send a backup to a file or a program')
  const meant = dataPathMeant(given, io, root)
  const { files, bytes } = backup(requireStore(meant), target, new Date(io.now()))
  const said = `${files.join(', ')} of ${meant.folder}, from ${meant.from} (${Math.ceil(bytes / 1_024)} KiB)`
  if (target === '-') io.err(said)
  else io.out(`${target}: ${said}`)
  if (given.has('keep')) {
    for (const old of prune(path.dirname(target), keepOf(given))) io.err(`deleted ${old}`)
    // Who keeps a number of them makes them by a timer, and will want to know when there is no next one.
    noteBackup(meant.folder, io.now())
  }
  io.err('It holds the secrets of this node: keep it as you keep a private key. The config is not in it.')
}

/** `flatrun-cluster restore FILE`: into a data path that no daemon holds. */
export function runRestore(given: Given, io: Io, root?: string): undefined {
  const archive = newestOf(named(given, io))
  if (given.has('check')) {
    const { nodeId, files } = checkBackup(archive)
    io.out(`node ${nodeId} could be restored: ${files.join(', ')}`)
    io.err(`looked at ${archive === '-' ? 'stdin' : archive}`)
    return
  }
  const { folder, from } = dataPathMeant(given, io, root)
  io.err(`data path: ${folder} (${from})`)
  const { nodeId, aside } = restore({ archive, folder, replace: given.has('replace'), now: new Date(io.now()) })
  io.out(`node ${nodeId} is restored into ${folder}`)
  if (aside) io.err(`What was there is in ${aside}`)
  io.err('The config is not part of it: cluster.server_name and cluster.advertise_url have to be as they were.')
  io.err(
    'Peers that joined or were removed after the backup are not as this node remembers them: look at them after the start.'
  )
}

function targetOf(given: Given, io: Io): string {
  const into = given.option('into')
  if ((into === '') === (given.args.length === 0)) throw new Fatal(64, 'name a file, or a folder with --into')
  if (given.has('keep')) keepOf(given)
  if (into === '') return named(given, io)
  const folder = path.resolve(io.cwd, into)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return path.join(folder, nameOfBackup(new Date(io.now())))
}

function keepOf({ option }: Given): number {
  const keep = Number(option('keep'))
  if (!Number.isInteger(keep) || keep < 1) throw new Fatal(64, `--keep ${option('keep')}: a number from 1 on is wanted`)
  if (option('into') === '') throw new Fatal(64, '--keep wants --into: only files that it named itself are deleted')
  return keep
}

/** Of a folder that `--into` filled. */
function newestOf(place: string): string {
  if (place === '-' || !statSync(place, { throwIfNoEntry: false })?.isDirectory()) return place
  const newest = newestIn(place)
  if (newest === undefined) throw new Fatal(66, `there is no backup in ${place} that backup --into made`)
  return newest
}

function named({ args: [file = ''] }: Given, { cwd }: Io): string {
  return file === '-' ? '-' : path.resolve(cwd, file)
}
