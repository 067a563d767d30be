/** Builds `out/flatrun-cluster-VERSION.tgz`, which `npm install --global` takes, and `npm publish`. */
import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { layOutPackage } from './npm.ts'

const out = path.join(import.meta.dirname, '..', '..', '..', 'out')
const folder = path.join(out, 'npm')
await mkdir(out, { recursive: true })
await layOutPackage(folder)
const { status } = spawnSync('npm', ['pack', folder, '--pack-destination', out], { stdio: 'inherit' })
process.exit(status ?? 1)
