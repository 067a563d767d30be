import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, lutimes, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { SCHEMA_VERSION } from '../../store/migrations.ts'
import { backupServiceFile, backupTimerFile } from '../../systemd/backup-units.ts'
import { unitFile } from '../../systemd/unit.ts'
import { faultOfRuntime } from '../runtime.mjs'
import { bundle, provenance } from './bundle.ts'
import { documents } from './documents.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
const templates = path.join(import.meta.dirname, 'deb')
const NAME = 'flatrun-cluster'
const HOME = `/usr/lib/${NAME}`
const CONFIG = `/etc/${NAME}/config.yml`
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

export interface DebOptions {
  readonly out: string
  /** Another than package.json's. */
  readonly version?: string | undefined
  /** Of dpkg-deb: xz, or none where only the content matters. */
  readonly compression: string
  /** The Node that is shipped; the one that builds when absent. */
  readonly runtime?: string
}

/** Where each shell looks for what it may complete. */
const COMPLETIONS = [
  ['bash', `/usr/share/bash-completion/completions/${NAME}`],
  ['zsh', `/usr/share/zsh/vendor-completions/_${NAME}`],
  ['fish', `/usr/share/fish/vendor_completions.d/${NAME}.fish`]
] as const

/**
 * A package with its own runtime, because the Node of Debian and Ubuntu is too old. The unit, the user and the config are
 * those of `service install`, with a user that stays, because deployments have an owner. Gives the file's path.
 */
export async function buildDeb(options: DebOptions): Promise<string> {
  const { out, version, compression, runtime = process.execPath } = options
  const fault = faultOfRuntime(runtime)
  if (fault) throw new Error(`nothing was packed: ${fault}`)
  const build = await provenance()
  const seconds = Date.parse(build.build_time) / 1_000
  if (!(seconds > 0)) throw new Error('when was this made? Build from a git checkout, or set SOURCE_DATE_EPOCH')
  const architecture = ARCHITECTURES[process.arch]
  if (!architecture) throw new Error(`there is no Debian package for ${process.arch}`)

  const tree = await mkdtemp(path.join(os.tmpdir(), 'deb-'))
  try {
    await fill(tree, runtime)
    await describe(tree, version ?? build.version, architecture)
    await settle(tree, seconds)
    await mkdir(out, { recursive: true })
    const file = path.join(out, `${NAME}_${version ?? build.version}_${architecture}.deb`)
    run('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', tree, file], String(seconds))
    return file
  } finally {
    await rm(tree, { recursive: true })
  }
}

async function fill(tree: string, runtime: string): Promise<void> {
  const put = async (place: string, content: string | Buffer, mode = 0o644) => {
    const file = path.join(tree, place)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content)
    await chmod(file, mode)
  }
  await bundle(path.join(tree, HOME, 'dist'))
  await cp(runtime, path.join(tree, HOME, 'node'))
  await put(`/usr/bin/${NAME}`, `#!/bin/sh\nexec ${HOME}/node ${HOME}/dist/flatrun-cluster.js "$@"\n`, 0o755)
  await put(`/usr/lib/systemd/system/${NAME}.service`, unit())
  await put(`/usr/lib/systemd/system/${NAME}-backup.service`, backupServiceFile(`/usr/bin/${NAME}`))
  await put(`/usr/lib/systemd/system/${NAME}-backup.timer`, backupTimerFile())
  await put(`/usr/lib/sysusers.d/${NAME}.conf`, `u ${NAME} - "FlatRun cluster agent" /var/lib/${NAME}\n`)
  await put(`${HOME}/config.yml`, await readFile(path.join(templates, 'config.yml'), 'utf8'))
  for (const [shell, place] of COMPLETIONS) await put(place, completion(path.join(tree, HOME, 'dist'), shell))
  const manual = await readFile(path.join(root, 'docs', `${NAME}.8`))
  await put(`/usr/share/man/man8/${NAME}.8.gz`, gzipSync(manual, { level: 9 }))
  const changes = await readFile(path.join(root, 'CHANGELOG.md'))
  await put(`/usr/share/doc/${NAME}/changelog.gz`, gzipSync(changes, { level: 9 }))
  await put(`/usr/share/doc/${NAME}/copyright`, await copyright(tree))
  for (const name of await documents())
    await put(`/usr/share/doc/${NAME}/${name}`, await readFile(path.join(root, 'docs', name)))
}

function completion(dist: string, shell: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(dist, `${NAME}.js`), 'completion', shell], {
    encoding: 'utf8'
  })
  if (status !== 0) throw new Error(`no completion for ${shell}: ${stderr}`)
  return stdout
}

const unit = () =>
  unitFile({
    program: [`${HOME}/node`, `${HOME}/dist/flatrun-cluster.js`],
    config: CONFIG,
    user: NAME,
    deployments: '/srv/deployments'
  })

async function copyright(tree: string): Promise<string> {
  const ours = await readFile(path.join(root, 'LICENSE'), 'utf8')
  const node = await readFile(path.join(path.dirname(process.execPath), '..', 'LICENSE'), 'utf8').catch(
    () => 'MIT; https://github.com/nodejs/node/blob/main/LICENSE\n'
  )
  const packages = await readFile(path.join(tree, HOME, 'dist', 'LICENSES.txt'), 'utf8')
  return `${ours}\n\nThe runtime ${HOME}/node is Node.js:\n\n${node}\n\nThe program holds these packages:\n\n${packages}`
}

async function describe(tree: string, version: string, architecture: string): Promise<void> {
  const folder = path.join(tree, 'DEBIAN')
  await mkdir(folder)
  const files = await all(tree)
  const bytes = await Promise.all(files.map(async (file) => (await stat(path.join(tree, file))).size))
  const sums = await Promise.all(
    files.map(async (file) => {
      const sum = createHash('md5').update(await readFile(path.join(tree, file)))
      return `${sum.digest('hex')}  ${file}\n`
    })
  )
  const control = `Package: ${NAME}
Version: ${version}
Architecture: ${architecture}
Maintainer: flatrun-cluster maintainers <maintainers@flatrun-cluster.invalid>
Installed-Size: ${Math.ceil(bytes.reduce((sum, size) => sum + size, 0) / 1_024)}
Depends: libc6 (>= 2.28), libstdc++6, systemd
Section: admin
Priority: optional
Description: joins the agents of several FlatRun servers into one cluster
 One agent a server. Servers join in pairs with one-time invites; every agent
 watches every peer that it has, shows the whole cluster, lists all
 deployments, and passes a request on to any peer.
`
  await writeFile(path.join(folder, 'control'), control)
  await writeFile(path.join(folder, 'md5sums'), sums.join(''))
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
    const text = await readFile(path.join(templates, script), 'utf8')
    await writeFile(path.join(folder, script), text.replaceAll('@STORE_VERSION@', String(SCHEMA_VERSION)))
    await chmod(path.join(folder, script), 0o755)
  }
}

/** What would differ from one build to the next: times, and the modes that this user's umask gave. */
async function settle(tree: string, seconds: number): Promise<void> {
  for (const place of [...(await all(tree, true)), '.']) {
    const file = path.join(tree, place)
    const { mode } = await stat(file)
    if ((await stat(file)).isDirectory()) await chmod(file, 0o755)
    else if ((mode & 0o777) !== 0o640) await chmod(file, mode & 0o100 ? 0o755 : 0o644)
    await lutimes(file, seconds, seconds)
  }
}

async function all(tree: string, folders = false): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => folders || entry.isFile())
    .map((entry) => path.relative(tree, path.join(entry.parentPath, entry.name)))
    .filter((file) => folders || !file.startsWith('DEBIAN'))
    .toSorted()
}

function run(program: string, words: string[], epoch: string): void {
  const { status, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: epoch }
  })
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`)
}
