import { existsSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Given } from '../../cli/command.ts'
import { CliFault } from '../../cli/exit.ts'
import type { Io } from '../../cli/io.ts'
import { row, rows, text } from '../../cli/text/shape.ts'
import { harmless, plural, spanOf } from '../../cli/text/words.ts'
import { describeFault } from '../../config/check/faults.ts'
import { type Config, ConfigFaults } from '../../config/config.ts'
import { Fatal } from '../../errors/fatal.ts'
import { readBackupNote } from '../../store/backup-note.ts'
import { SCHEMA_VERSION } from '../../store/migrations.ts'
import { inspectDatabase } from '../../store/snapshot.ts'
import { newestIn } from '../backup/folder.ts'
import { clientsOf } from '../own-agent.ts'
import { configMeant, configOf } from '../subject.ts'
import { checkWithPackage } from './package.ts'

interface Finding {
  readonly name: string
  readonly verdict: 'ok' | 'warning' | 'fault' | 'wait'
  readonly detail: string
  readonly advice?: string
}

const SIGNS = { ok: '✓', warning: '!', fault: '✗', wait: '✗' } as const
const DAY_MS = 24 * 3_600_000
const BACKUPS = 'var/backups/flatrun-cluster'

/**
 * `flatrun-cluster upgrade check [FILE]`: whether this program could take over here, or the one in that package. 78: its
 * config or its store is none that it could start with; 75: not now.
 */
export async function runUpgradeCheck(given: Given, io: Io, root = '/'): Promise<number> {
  const [file] = given.args
  if (file !== undefined) return checkWithPackage(path.resolve(io.cwd, file), given, io)
  const findings = await examine(given, io, root)
  const worst = (['fault', 'wait'] as const).find((verdict) => findings.some((one) => one.verdict === verdict))
  if (given.has('json')) io.out(JSON.stringify({ ok: worst === undefined, findings }, null, 2))
  else
    for (const { name, verdict, detail, advice } of findings)
      io.out(harmless(`${SIGNS[verdict]} ${name}  ${detail}`) + (advice ? `\n  → ${advice}` : ''))
  if (worst === undefined) return 0
  return worst === 'fault' ? 78 : 75
}

async function examine(given: Given, io: Io, root: string): Promise<Finding[]> {
  const subject = configMeant({ args: [], option: given.option }, io, root)
  try {
    const config = configOf(subject, io)
    return [
      { name: 'config', verdict: 'ok', detail: `${subject.from} is right for this version` },
      ...storeFindings(config.dataPath),
      backupFinding(config.dataPath, path.join(root, BACKUPS), io.now()),
      await peersFinding(config, io)
    ]
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error
    return error.faults.map((fault) => ({ name: 'config', verdict: 'fault', detail: describeFault(fault) }))
  }
}

function storeFindings(folder: string): Finding[] {
  const file = path.join(folder, 'cluster.db')
  if (!existsSync(file)) return [{ name: 'store', verdict: 'warning', detail: `there is none yet in ${folder}` }]
  try {
    const { schemaVersion: version } = inspectDatabase(file)
    if (version === SCHEMA_VERSION)
      return [{ name: 'store', verdict: 'ok', detail: `version ${version}; nothing is to be brought up to date` }]
    const { bavail, bsize } = statfsSync(folder)
    // The copy of the old one, and the log of the transaction.
    const room = bavail * bsize >= 3 * statSync(file).size
    const change = `version ${version} becomes ${SCHEMA_VERSION} at the first start, after a copy was put beside it`
    if (room) return [{ name: 'store', verdict: 'ok', detail: change }]
    return [{ name: 'store', verdict: 'fault', detail: change, advice: `Make room in ${folder} for the copy` }]
  } catch (error) {
    if (!(error instanceof Fatal)) throw error
    return [{ name: 'store', verdict: 'fault', detail: error.message }]
  }
}

function backupFinding(folder: string, backups: string, now: number): Finding {
  const newest = existsSync(backups) ? newestIn(backups) : undefined
  const at = Math.max(readBackupNote(folder)?.at ?? 0, newest === undefined ? 0 : statSync(newest).mtimeMs)
  const advice = 'flatrun-cluster backup --into /var/backups/flatrun-cluster'
  if (at === 0) return { name: 'backup', verdict: 'warning', detail: 'none is known', advice }
  const detail = `the newest is ${spanOf(Math.max(0, now - at))} old`
  return now - at > DAY_MS
    ? { name: 'backup', verdict: 'warning', detail, advice }
    : { name: 'backup', verdict: 'ok', detail }
}

/** One server after the other: while one is away, no second one is taken down. */
async function peersFinding(config: Config, io: Io): Promise<Finding> {
  for (const client of clientsOf(config, io)) {
    try {
      // One that has left does not come back.
      const peers = rows(row(await client.get('/cluster/peers')).peers).filter(({ state }) => state !== 'removed')
      const away = peers.filter(({ state }) => state !== 'online').map(({ name }) => text(name))
      const versions = [...new Set(peers.map(({ version }) => text(version)).filter(Boolean))].toSorted()
      const detail = `${plural(peers.length, 'peer')} online${versions.length > 0 ? `, with ${versions.join(', ')}` : ''}`
      if (away.length === 0) return { name: 'peers', verdict: 'ok', detail }
      const advice = 'Upgrade one server after the other: wait until they are back, or remove them for good'
      return { name: 'peers', verdict: 'wait', detail: `${away.join(', ')}: not online`, advice }
    } catch (error) {
      if (!(error instanceof CliFault)) throw error
    }
  }
  return { name: 'peers', verdict: 'warning', detail: 'the agent of this machine does not answer' }
}
