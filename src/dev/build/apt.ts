import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const NAME = 'flatrun-cluster'
const SUITE = 'stable'
const POOL = `pool/main/f/${NAME}`

export interface AptOptions {
  /** The repository; packages that it holds already stay. */
  readonly out: string
  readonly packages: readonly string[]
  /** An armored secret key of OpenPGP, without a passphrase. */
  readonly key: string
  /** Where a host will serve it. */
  readonly url: string
  /** Seconds of the epoch, for the date and the signature: the same packages then give the same bytes. */
  readonly at: number
}

/** A repository for apt as any host of static files can serve it, signed. Gives the paths of its files. */
export async function buildApt({ out, packages, key, url, at }: AptOptions): Promise<string[]> {
  const pool = path.join(out, POOL)
  await mkdir(pool, { recursive: true })
  for (const file of packages) await cp(file, path.join(pool, path.basename(file)))
  const stanzas = await Promise.all(
    (await readdir(pool))
      .filter((name) => name.endsWith('.deb'))
      .toSorted()
      .map((name) => stanza(pool, name))
  )
  if (stanzas.length === 0) throw new Error('there is no package to publish: npm run package:deb')

  const dist = path.join(out, 'dists', SUITE)
  await rm(dist, { recursive: true, force: true })
  const architectures = [...new Set(stanzas.map(({ architecture }) => architecture))].toSorted()
  const indexes = architectures.flatMap((architecture) => {
    const text = stanzas.filter((one) => one.architecture === architecture).map(({ text }) => `${text}\n`)
    const plain = Buffer.from(text.join(''))
    const place = `main/binary-${architecture}/Packages`
    return [
      { place, content: plain },
      { place: `${place}.gz`, content: gzipSync(plain, { level: 9 }) }
    ]
  })
  for (const { place, content } of indexes) {
    await put(path.join(dist, place), content)
    // While a host takes a new version, clients still find what the Release that they have read names.
    await put(path.join(dist, path.dirname(place), 'by-hash', 'SHA256', sha256(content)), content)
  }
  const release = path.join(dist, 'Release')
  await put(release, releaseFile(indexes, architectures, at))
  await put(path.join(out, `${NAME}.sources`), sources(url, await sign(release, key, at)))
  return [
    ...packages.map((file) => path.join(POOL, path.basename(file))),
    `dists/${SUITE}/InRelease`,
    `${NAME}.sources`
  ]
}

async function stanza(pool: string, name: string) {
  const file = path.join(pool, name)
  const content = await readFile(file)
  const control = run('dpkg-deb', ['--field', file]).trimEnd()
  const architecture = /^Architecture: (\S+)$/m.exec(control)?.[1] ?? 'all'
  const text = `${control}\nFilename: ${POOL}/${name}\nSize: ${content.length}\nSHA256: ${sha256(content)}\n`
  return { architecture, text }
}

function releaseFile(
  indexes: readonly { place: string; content: Buffer }[],
  architectures: readonly string[],
  at: number
): string {
  const sums = indexes.map(({ place, content }) => ` ${sha256(content)} ${content.length} ${place}\n`)
  return `Origin: ${NAME}
Label: ${NAME}
Suite: ${SUITE}
Codename: ${SUITE}
Architectures: ${architectures.join(' ')}
Components: main
Date: ${new Date(at * 1_000).toUTCString().replace('GMT', 'UTC')}
Acquire-By-Hash: yes
SHA256:
${sums.join('')}`
}

/** Signs the Release, inline and beside it, in a keyring of its own. Gives the armored public key. */
async function sign(release: string, key: string, at: number): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'apt-'))
  try {
    const gpg = ['--homedir', home, '--batch', '--no-tty', '--yes', '--quiet', '--pinentry-mode', 'loopback']
    run('gpg', [...gpg, '--passphrase', '', '--import', key])
    // The time of a signature is part of it, and none is older than its key.
    const made = /^(?:[^:]*:){5}(\d+):/m.exec(run('gpg', [...gpg, '--with-colons', '--list-secret-keys']))?.[1]
    const signedAt = Math.max(at, Number(made))
    const signing = [...gpg, '--passphrase', '', '--faked-system-time', `${signedAt}!`, '--armor']
    const folder = path.dirname(release)
    run('gpg', [...signing, '--output', path.join(folder, 'InRelease'), '--clear-sign', release])
    run('gpg', [...signing, '--output', path.join(folder, 'Release.gpg'), '--detach-sign', release])
    return run('gpg', [...gpg, '--armor', '--export-options', 'export-minimal', '--export'])
  } finally {
    // Its agent runs on else, and keeps the key.
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    await rm(home, { recursive: true, force: true })
  }
}

/** One file for /etc/apt/sources.list.d, with the key in it: apt then trusts that key for this repository alone. */
const sources = (url: string, key: string) => `Types: deb
URIs: ${url}
Suites: ${SUITE}
Components: main
Signed-By:
${key
  .trimEnd()
  .split('\n')
  .map((line) => ` ${line || '.'}`)
  .join('\n')}
`

async function put(file: string, content: string | Buffer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

function run(program: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`)
  return stdout
}
