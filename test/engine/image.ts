import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..', '..')
const COMPOSE = process.env.COMPOSE_V2 ?? ''
/** What the Dockerfile and this test call in the base. */
const APPLETS = ['sh', 'echo', 'mkdir', 'chown', 'cat', 'touch']
const NEEDED = ['/usr/bin/buildah', '/usr/bin/catatonit', '/usr/bin/ldd', '/bin/busybox']

/** Why no image can be built here; undefined where it can. */
export function whyNoImage(): string | undefined {
  if (!process.env.END_TO_END) return 'takes a minute: .ci/run runs it, with END_TO_END=1'
  if (!existsSync(COMPOSE)) return 'needs a docker compose v2: COMPOSE_V2'
  const missing = NEEDED.filter((file) => !existsSync(file))
  return missing.length > 0 ? `not installed: ${missing.join(', ')} (see .ci/packages)` : undefined
}

/**
 * Builds the Dockerfile where no registry can be reached, and gives the image as an archive. The bases are made of what this
 * system has; the stage that fetches packages is left out, and what it would lay out is laid out here, from its context.
 */
export function buildImage(): { archive: string; remove(): void } {
  const shelf = mkdtempSync(path.join(os.tmpdir(), 'flatrun-image-'))
  const remove = () => rmSync(shelf, { recursive: true, force: true })
  try {
    return { archive: built(shelf), remove }
  } catch (error) {
    remove()
    throw error
  }
}

function built(shelf: string): string {
  // No overlay: what is mounted cannot be removed.
  const store = ['--root', `${shelf}/storage`, '--runroot', `${shelf}/run`, '--storage-driver', 'vfs']
  const buildah = (...words: string[]) => must('buildah', [...store, ...words])
  const image = (name: string) => {
    const container = buildah('from', 'scratch').trim()
    buildah('copy', container, path.join(shelf, name), '/')
    buildah('commit', '--rm', container, `localhost/${name}`)
  }
  layOut(path.join(shelf, 'context'), path.join(shelf, 'program', 'out'))
  image('program')
  mkdirSync(path.join(shelf, 'compose'))
  cpSync(COMPOSE, path.join(shelf, 'compose', 'docker-compose'))
  image('compose')
  base(path.join(shelf, 'base'))
  image('base')

  const dockerfile = path.join(shelf, 'Dockerfile')
  writeFileSync(dockerfile, withoutPackages(readFileSync(path.join(root, 'Dockerfile'), 'utf8')))
  const bases = ['compose', 'base'].map((name) => `${name.toUpperCase()}=localhost/${name}`)
  const words = ['bud', '--isolation', 'chroot', '--format', 'docker', '--tag', 'flatrun-cluster', '--file', dockerfile]
  buildah(...words, ...bases.flatMap((one) => ['--build-arg', one]), root)
  const archive = path.join(shelf, 'image.tar')
  buildah('push', 'flatrun-cluster', `docker-archive:${archive}:localhost/flatrun-cluster:latest`)
  return archive
}

/** The stage that fetches packages is an image with what it would lay out. */
function withoutPackages(dockerfile: string): string {
  const stage = /^FROM \$\{NODE\} AS build\n[\s\S]*?(?=^FROM )/m
  if (!stage.test(dockerfile)) throw new Error('the Dockerfile has no stage that fetches packages')
  return dockerfile.replace(stage, 'FROM localhost/program AS build\n\n')
}

/** Sees what the build sees: what .dockerignore lets through, the packages, and no history. */
function layOut(context: string, out: string): void {
  mkdirSync(context)
  const kept = readFileSync(path.join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)
  for (const [, name = ''] of kept) cpSync(path.join(root, name), path.join(context, name), { recursive: true })
  must('cp', ['-al', path.join(root, 'node_modules'), context])
  must(
    process.execPath,
    ['src/dev/build/lay-out-image.ts', out],
    { GIT_COMMIT: 'c0ffee', SOURCE_DATE_EPOCH: '1' },
    context
  )
}

/** The libraries that both programs are linked with, and a shell. */
function base(folder: string): void {
  mkdirSync(path.join(folder, 'bin'), { recursive: true })
  mkdirSync(path.join(folder, 'etc'))
  const linked = [process.execPath, COMPOSE].map((program) => spawnSync('ldd', [program], { encoding: 'utf8' }).stdout)
  for (const [library] of linked.join('\n').matchAll(/\/\S+\.so\S*/g)) put(library, path.join(folder, library))
  cpSync('/bin/busybox', path.join(folder, 'bin', 'busybox'))
  for (const applet of APPLETS) symlinkSync('busybox', path.join(folder, 'bin', applet))
}

/** What a link leads to, under the name of the link. */
function put(file: string, place: string): void {
  mkdirSync(path.dirname(place), { recursive: true })
  copyFileSync(file, place)
}

function must(program: string, words: string[], env: Record<string, string> = {}, cwd = root): string {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env }
  })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}\n${stdout}`)
  return stdout
}
