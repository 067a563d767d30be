import { ComposeFailed, ComposeMissing } from '../../errors/deployments.ts'
import { composeEnvironment } from '../compose/variables/environment.ts'
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
  /** The project's folder, without links and as people know it. */
  dir: string
  folder: string
  files: readonly string[]
  /** Its files are those that compose chooses by itself. */
  chosen: boolean
  /** The name that its containers have, where it is not the one that compose would give. */
  project?: string
  /** Leave what there is as it is, also where the file says something else by now. */
  keep: boolean
}

/** Of several files beside each other v1 would choose another one than the list was made from. */
function optionsOf({ files, chosen, project }: ComposeProject, isFirst: boolean): string[] {
  const named = chosen && !isFirst ? [] : files.flatMap((file) => ['-f', file])
  return [...named, ...(project === undefined ? [] : ['-p', project])]
}

interface Program {
  argv: readonly [string, ...string[]]
  /** Compose v1. */
  isFirst: boolean
}

const PROGRAMS = [['docker', 'compose'], ['docker-compose']] as const

/** Makes and starts a project's containers with whichever compose is installed. */
export function createComposeCli({ socket, env = process.env, timeoutMs = 10 * 60_000 }: ComposeCliOptions) {
  let program: Program | undefined

  return async (project: ComposeProject, onLine: (line: string) => void, signal: AbortSignal) => {
    program ??= await find(signal)
    if (!program) throw new ComposeMissing()
    const [file, ...first] = program.argv
    const args = [
      ...first,
      ...optionsOf(project, program.isFirst),
      'up',
      '-d',
      ...(project.keep ? ['--no-recreate'] : [])
    ]
    let last = ''
    const outcome = await run({
      argv: [file, ...args],
      cwd: project.dir,
      env: environment(project.folder),
      timeoutMs,
      signal,
      onLine: (line) => {
        last = line
        onLine(line)
      }
    })
    if (outcome.code !== 0) throw new ComposeFailed(outcome.reason ?? (last || `exit code ${outcome.code}`))
  }

  async function find(signal: AbortSignal): Promise<Program | undefined> {
    for (const [file, ...args] of PROGRAMS) {
      const said: string[] = []
      const { code } = await run({
        argv: [file, ...args, 'version'],
        env: environment('/'),
        timeoutMs: 10_000,
        signal,
        onLine: (line) => said.push(line)
      })
      if (code === 0) return { argv: [file, ...args], isFirst: /^docker-compose version 1\./.test(said[0] ?? '') }
    }
    return undefined
  }

  function environment(folder: string): Record<string, string> {
    return { ...composeEnvironment(folder, env), DOCKER_HOST: socket.startsWith('/') ? `unix://${socket}` : socket }
  }
}
