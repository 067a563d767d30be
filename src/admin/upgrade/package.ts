import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Given } from '../../cli/command.ts'
import type { Io } from '../../cli/io.ts'
import { Fatal } from '../../errors/fatal.ts'

const HOME = 'usr/lib/flatrun-cluster'
/** Of a word that a program does not know. */
const USAGE = [2, 64]

/** Asks the program that a package holds, before it is installed: only it knows what it can start with. */
export function checkWithPackage(file: string, { has, option }: Given, io: Io): number {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'flatrun-cluster-'))
  try {
    const unpacked = spawnSync('dpkg-deb', ['--extract', file, folder], { encoding: 'utf8' })
    if (unpacked.status !== 0)
      throw new Fatal(66, `${file} is no Debian package: ${unpacked.error?.message ?? unpacked.stderr.trim()}`)
    const config = option('config')
    const words = ['upgrade', 'check', ...(has('json') ? ['--json'] : []), ...(config ? ['--config', config] : [])]
    const program = path.join(folder, HOME, 'dist', 'flatrun-cluster.js')
    const asked = spawnSync(path.join(folder, HOME, 'node'), [program, ...words], {
      encoding: 'utf8',
      cwd: io.cwd,
      env: { ...io.env }
    })
    if (asked.error) throw new Fatal(70, `the program in ${file} cannot be run: ${asked.error.message}`)
    if (USAGE.includes(asked.status ?? 0))
      throw new Fatal(
        69,
        `the version in ${file} has no upgrade check; whether it is older than this one: dpkg-deb -f ${file} Version`
      )
    if (asked.stdout !== '') io.out(asked.stdout.trimEnd())
    if (asked.stderr !== '') io.err(asked.stderr.trimEnd())
    return asked.status ?? 70
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
