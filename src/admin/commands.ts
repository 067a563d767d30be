import type { Command } from 'commander'
import { examples } from '../cli/command.ts'
import { createLocal, type Local, type Machine } from './command.ts'

/**
 * The commands that act on this machine: its config, its service, its data path. What they do is loaded when it is
 * wanted: a command that asks one question must not load a store. `root` is where the machine's files are.
 */
export function adminCommands(program: Command, machine: Machine, root = '/'): void {
  const local = createLocal(program, machine)
  init(local)
  config(local, root)
  service(local)
  reload(local, root)
  front(local, root)
  upgrade(local, root)
  backup(local, root)
  restore(local, root)
}

function init({ command, act }: Local) {
  const words = command('init [file]', 'Write a first config, by questions or by flags')
    .option('--server-name <name>', 'How other servers will know this one')
    .option('--host <address>', 'The address to listen on; 0.0.0.0 for any')
    .option('--port <port>', 'The port to listen on')
    .option('--advertise-url <url>', 'Where other servers reach this one')
    .option('--deployments <dir>', 'The folder with the deployments')
    .option('-y, --yes', 'Ask nothing: flags, and what is usual')
    .addHelpText(
      'after',
      examples('init', 'init config.yml --yes --host 0.0.0.0 --advertise-url http://192.0.2.10:8090')
    )
  act(words, async (given, io) => (await import('./init.ts')).init(given, io))
}

function config({ command, act }: Local, root: string) {
  const family = command('config', 'Whether a config is right, what counts, what may be written')
  family.addHelpText(
    'after',
    examples('config check', 'config set api.host=0.0.0.0', 'config print --origin', 'config schema > schema.json')
  )
  const file = (words: Command) =>
    words.option('-c, --config <file>', 'The same as FILE; without either, that of the installed service')
  const run = () => import('./config.ts')

  const check = family
    .command('check [file]')
    .summary('Say every fault of a config at once')
    .option('--json', 'As JSON')
  act(file(check), async (given, io) => (await run()).checkConfig(given, io, root))
  const print = family.command('print [file]').summary('Print the config that counts, secrets replaced')
  print.option('--origin', 'Also where each value comes from').option('--json', 'As JSON')
  act(file(print), async (given, io) => (await run()).printOut(given, io, root))
  const set = family.command('set <key=value...>').summary('Change keys of it; all of them, or none if one is wrong')
  set.option('-c, --config <file>', 'Another config than that of the installed service')
  act(set, async (given, io) => (await import('./config-set.ts')).setInConfig(given, io, root))
  act(family.command('schema').summary('Print the JSON Schema of the config, for editors'), async (_given, io) =>
    (await run()).printSchema(io)
  )
}

function service({ command, act }: Local) {
  const family = command('service', 'The systemd service: install it, take it away, look at it')
  family.addHelpText(
    'after',
    examples('service install --dry-run', 'sudo flatrun-cluster service install', 'service status')
  )
  const run = () => import('./service.ts')
  const install = family.command('install').summary('Write the unit and start it; every step is shown first')
  install
    .option('-c, --config <file>', 'The config of the service')
    .option('--docker', 'Let it talk to the container engine, which is the root of this server by another name')
    .option('--deployments <dir>', 'The folder with the deployments, for the user to write')
    .option('--user <name>', 'The user it runs as; without one systemd makes one for each run')
    .option('--socket <address:port>', 'Let systemd open the port')
    .option('--dry-run', 'Only show what would be done')
    .option('-y, --yes', 'Do not ask')
  act(install, async (given, io) => (await run()).installService(given, io))
  const uninstall = family.command('uninstall').summary('Stop it and take the unit away; config and data stay')
  uninstall.option('--dry-run', 'Only show what would be done').option('-y, --yes', 'Do not ask')
  act(uninstall, async (given, io) => (await run()).uninstallService(given, io))
  act(family.command('status').summary('State, peers, restarts, and how it ended'), async (_given, io) =>
    (await run()).serviceStatus(io)
  )
}

function reload({ command, act }: Local, root: string) {
  const again = command('reload', 'Let the service read its config again, and say what it made of it')
  again.addHelpText('after', examples('reload'))
  act(again, async (_given, io) => (await import('./reload.ts')).runReload(io, root))
  const rename = command('rename <name>', 'Give this server another name, and tell its peers')
  rename.addHelpText('after', examples('rename web-4'))
  act(rename, async (given, io) => (await import('./rename.ts')).runRename(given, io, root))
}

function upgrade({ command, act }: Local, root: string) {
  const family = command('upgrade', 'Before an upgrade: whether it would go well')
  family.addHelpText('after', examples('upgrade check', 'upgrade check flatrun-cluster_1.2.0_amd64.deb'))
  const check = family
    .command('check [file]')
    .summary('Whether this version can take over here, or the one in that package; nothing is changed')
    .option('-c, --config <file>', 'Another config than that of the installed service')
    .option('--json', 'As JSON')
  act(check, async (given, io) => (await import('./upgrade/check.ts')).runUpgradeCheck(given, io, root))
}

const where = (words: Command) =>
  words
    .option('--data-path <dir>', 'The data path; without it, that of the installed service, or else ./data')
    .option('-c, --config <file>', 'The config that names the data path')

function backup({ command, act }: Local, root: string) {
  const words = command('backup [file]', 'Keep a copy of the data path, while the agent runs or not; - for stdout')
  words.option('--into <dir>', 'Instead of FILE: a new file in this folder, named by the time')
  words.option('--keep <number>', 'With --into: delete all but so many of the newest there')
  words.addHelpText(
    'after',
    examples(
      'backup /root/web-1.backup',
      'backup --into /var/backups/flatrun-cluster --keep 14',
      'backup - | ssh backup.example.org "cat > web-1.backup"'
    )
  )
  act(where(words), async (given, io) => (await import('./backup/commands.ts')).runBackup(given, io, root))
}

function restore({ command, act }: Local, root: string) {
  const words = command(
    'restore <file>',
    'Bring a backup back, while the agent is stopped; of a folder the newest; - for stdin'
  )
  words.option('--replace', 'Put aside the node that is there')
  words.option('--check', 'Only look whether it could be restored; nothing is changed')
  words.addHelpText(
    'after',
    examples(
      'restore /root/web-1.backup',
      'restore /var/backups/flatrun-cluster --check',
      'restore /root/web-1.backup --replace'
    )
  )
  act(where(words), async (given, io) => (await import('./backup/commands.ts')).runRestore(given, io, root))
}

function front({ command, act }: Local, root: string) {
  const words = command('front', 'Stand in front of FlatRun’s agent on this server; every step is shown first')
  words
    .option('--flatrun-config <file>', 'FlatRun’s config; a copy of it is kept')
    .option('-c, --config <file>', 'The config of this agent; without it, that of the installed service')
    .option('--port <port>', 'Where FlatRun’s agent listens from now on; 8092')
    .option('--flatrun-host <address>', 'At which address; 127.0.0.1, where only this machine reaches it')
    .option('--undo', 'As it was before')
    .option('--dry-run', 'Only show what would be done')
    .option('-y, --yes', 'Do not ask')
  words.addHelpText(
    'after',
    examples(
      'front --flatrun-config /etc/flatrun/config.yml --dry-run',
      'front --flatrun-config /etc/flatrun/config.yml',
      'front --flatrun-config /etc/flatrun/config.yml --undo'
    )
  )
  act(words, async (given, io) => (await import('./front/front.ts')).front(given, io, root))
}
