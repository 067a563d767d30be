import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ComposeFailed, ComposeMissing } from '../../errors.ts'
import { run } from './command.ts'

export interface ComposeCliOptions {
  /** The engine that compose is to use. */
  socket: string
  /** Where PATH and the like come from. */
  env?: NodeJS.ProcessEnv
  /** For a whole `up`, pulling images included. */
  timeoutMs?: number
}

export interface ComposeProject {
  /** The project's folder. */
  dir: string
  /** Names of its compose files, the base first. */
  files: readonly string[]
  /** The name that its containers already have. */
  project?: string
}

const PROGRAMS = [['docker', 'compose'], ['docker-compose']] as const

/** What compose may see of this agent's environment. The rest of it may hold the agent's own secrets. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'DOCKER_CONFIG',
  'XDG_RUNTIME_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY'
]

/** Makes and starts a project's containers with whichever compose is installed. */
export function createComposeCli({ socket, env = process.env, timeoutMs = 10 * 60_000 }: ComposeCliOptions) {
  let program: readonly string[] | undefined

  return async ({ dir, files, project }: ComposeProject, onLine: (line: string) => void, signal: AbortSignal) => {
    program ??= await find(signal)
    if (!program) throw new ComposeMissing()
    const [file = '', ...first] = program
    const named = project === undefined ? [] : ['-p', project]
    const args = [...first, ...files.flatMap((name) => ['-f', path.join(dir, name)]), ...named, 'up', '-d']
    const hide = await createHide(path.join(dir, '.env'))
    let last = ''
    const outcome = await run({
      argv: [file, ...args],
      cwd: dir,
      env: environment(),
      timeoutMs,
      signal,
      onLine: (line) => {
        last = hide(line)
        onLine(last)
      }
    })
    if (outcome.code !== 0) throw new ComposeFailed(outcome.reason ?? (last || `exit code ${outcome.code}`))
  }

  async function find(signal: AbortSignal): Promise<readonly string[] | undefined> {
    for (const [file, ...args] of PROGRAMS) {
      const { code } = await run({ argv: [file, ...args, 'version'], env: environment(), timeoutMs: 10_000, signal })
      if (code === 0) return [file, ...args]
    }
    return undefined
  }

  function environment(): Record<string, string> {
    const passed = PASSED_ON.flatMap((name) => {
      const value = env[name] ?? env[name.toLowerCase()]
      return value === undefined ? [] : [[name, value]]
    })
    return { ...Object.fromEntries(passed), DOCKER_HOST: socket.startsWith('/') ? `unix://${socket}` : socket }
  }
}

const SECRET = /pass|secret|token|key|credential|auth|dsn|url/i

/** Compose quotes values that it cannot use; those of the .env that are secrets are not for the log. */
async function createHide(file: string): Promise<(line: string) => string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const values = [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/gm)]
    .filter(([, name = '']) => SECRET.test(name))
    .map(([, , value = '']) => value.replace(/^(["'])(.*)\1$/, '$2'))
    .filter((value) => value.length >= 4)
  return (line) => values.reduce((hidden, value) => hidden.replaceAll(value, '•••'), line)
}
