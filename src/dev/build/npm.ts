import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { bundle } from './bundle.ts'
import { documents } from './documents.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')

/** What of the checkout's manifest concerns those who install the program. */
const KEPT = ['name', 'version', 'description', 'license', 'type', 'engines'] as const

/**
 * Lays out the package that npm gets: the bundle, the manual, and a package.json of its own without dependencies, since
 * the bundle holds them.
 */
export async function layOutPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(path.join(folder, 'docs'), { recursive: true })
  await bundle(path.join(folder, 'dist'))
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/flatrun-cluster.8'])
    await cp(path.join(root, name), path.join(folder, name))
  for (const name of await documents()) {
    await mkdir(path.dirname(path.join(folder, 'docs', name)), { recursive: true })
    await cp(path.join(root, 'docs', name), path.join(folder, 'docs', name))
  }
  const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
  const own = {
    ...Object.fromEntries(KEPT.map((key) => [key, manifest[key]])),
    bin: { 'flatrun-cluster': 'dist/flatrun-cluster.js' },
    man: ['docs/flatrun-cluster.8']
  }
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`)
}
