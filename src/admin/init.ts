import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Document } from 'yaml'
import { ConfigFaults, loadConfig } from '../config/config.ts'
import { Fatal } from '../errors.ts'
import type { Terminal } from './terminal.ts'

const USAGE =
  'Usage: flatrun-cluster init [FILE] [--server-name NAME] [--advertise-url URL] [--host ADDRESS] [--port PORT] [--deployments DIR] [--yes]'

const QUESTIONS = [
  { flag: 'server-name', key: 'cluster.server_name', ask: 'Name of this server, as others will know it' },
  { flag: 'host', key: 'api.host', ask: 'Address to listen on (127.0.0.1: this machine only; 0.0.0.0: any)' },
  { flag: 'port', key: 'api.port', ask: 'Port' },
  { flag: 'advertise-url', key: 'cluster.advertise_url', ask: 'URL at which other servers reach it (empty: not yet)' },
  { flag: 'deployments', key: 'deployments_path', ask: 'Folder with the deployments' }
] as const

type Answers = Readonly<Record<(typeof QUESTIONS)[number]['flag'], string>>

/** `flatrun-cluster init`: a first config, by questions or by flags; what it writes is right, or nothing is written. */
export async function runInit(words: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = read(words)
  const file = path.resolve(positionals[0] ?? 'config.yml')
  if (existsSync(file))
    throw new Fatal(
      64,
      `${file} is there already; name another file, or look at it with: flatrun-cluster config check ${file}`
    )
  const answers: Record<string, string> = {}
  for (const { flag, ask } of QUESTIONS) {
    const suggestion = values[flag] ?? usual(flag, answers)
    const asked = terminal.interactive && !values.yes && values[flag] === undefined
    answers[flag] = asked ? (await terminal.ask(ask, suggestion)) || suggestion : suggestion
  }
  const text = written(answers)
  mkdirSync(path.dirname(file), { recursive: true })
  assertRight(file, text)
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  terminal.out(`wrote ${file}`)
  terminal.err(`Start it with: flatrun-cluster agent --config ${file}`)
  terminal.err(`As a service:  sudo flatrun-cluster service install --config ${file}`)
  return 0
}

function usual(flag: keyof Answers, before: Readonly<Record<string, string>>): string {
  if (flag === 'server-name') return hostname().split('.')[0] ?? ''
  if (flag === 'host') return '127.0.0.1'
  if (flag === 'port') return '8090'
  if (flag === 'deployments') return '/srv/deployments'
  const { host = '', port = '' } = before
  return host === '127.0.0.1' || host === '0.0.0.0' || host === '::' ? '' : `http://${host}:${port}`
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

function read(words: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        'server-name': text,
        'advertise-url': text,
        host: text,
        port: text,
        deployments: text,
        yes: { type: 'boolean', short: 'y', default: false }
      }
    })
  } catch (cause) {
    throw new Fatal(64, `${cause instanceof Error ? cause.message : cause}. ${USAGE}`, { cause })
  }
}
