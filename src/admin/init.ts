import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { Document } from 'yaml'
import { ownAddresses } from '../cli/agent/addresses.ts'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { askFor } from '../cli/prompt.ts'
import { ConfigFaults, loadConfig } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'

const QUESTIONS = [
  { flag: 'serverName', key: 'cluster.server_name', ask: 'Name of this server, as others will know it' },
  { flag: 'host', key: 'api.host', ask: 'Address to listen on (127.0.0.1: this machine only; 0.0.0.0: any)' },
  { flag: 'port', key: 'api.port', ask: 'Port' },
  { flag: 'advertiseUrl', key: 'cluster.advertise_url', ask: 'URL at which other servers reach it (empty: not yet)' },
  { flag: 'deployments', key: 'deployments_path', ask: 'Folder with the deployments' }
] as const

type Answers = Readonly<Record<(typeof QUESTIONS)[number]['flag'], string>>

/** `flatrun-cluster init`: a first config, by questions or by flags; what it writes is right, or nothing is written. */
export async function init({ args, option, has }: Given, io: Io): Promise<undefined> {
  const file = path.resolve(io.cwd, args[0] ?? 'config.yml')
  if (existsSync(file))
    throw new Fatal(
      64,
      `${file} is there already; name another file, or look at it with: flatrun-cluster config check ${file}`
    )
  const answers: Record<string, string> = {}
  for (const { flag, ask } of QUESTIONS) {
    const suggestion = option(flag) || usual(flag, answers)
    const asked = !has('yes') && !has(flag)
    answers[flag] = asked ? await askFor(io, ask, suggestion) : suggestion
  }
  const text = written(answers)
  mkdirSync(path.dirname(file), { recursive: true })
  assertRight(file, text)
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  io.out(`wrote ${file}`)
  if (!answers.advertiseUrl) io.err('Other servers cannot reach it yet: set api.host and cluster.advertise_url.')
  io.err(`Start it with: flatrun-cluster agent --config ${file}`)
  io.err(`As a service:  sudo flatrun-cluster service install --config ${file}`)
}

function usual(flag: keyof Answers, before: Readonly<Record<string, string>>): string {
  if (flag === 'serverName') return hostname().split('.')[0] ?? ''
  if (flag === 'host') return '127.0.0.1'
  if (flag === 'port') return '8090'
  if (flag === 'deployments') return '/srv/deployments'
  const { host = '', port = '' } = before
  if (host !== '0.0.0.0' && host !== '::') return host === '127.0.0.1' ? '' : `http://${host}:${port}`
  const [address] = ownAddresses()
  return address === undefined ? '' : `http://${address}:${port}`
}

function written(answers: Readonly<Record<string, string>>): string {
  const document = new Document({})
  document.commentBefore = ' The agent of flatrun-cluster. Every key: flatrun-cluster config schema'
  for (const { flag, key } of QUESTIONS) {
    const answer = answers[flag] ?? ''
    if (answer !== '') document.setIn(key.split('.'), flag === 'port' ? Number(answer) : answer)
  }
  document.setIn(['cluster', 'enabled'], true)
  return document.toString()
}

/** The same check as at a start, before anything is there to be found. @throws ConfigFaults */
function assertRight(file: string, text: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
  try {
    loadConfig({ file: draft, env: {} })
  } catch (error) {
    if (!(error instanceof ConfigFaults)) throw error
    throw new Fatal(64, error.faults.map(({ key, message }) => `${key}: ${message}`).join('; '))
  } finally {
    rmSync(draft)
  }
}
