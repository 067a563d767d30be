import { spawn } from 'node:child_process'
import { createLine } from '../engine/lines.ts'

export interface Command {
  argv: readonly [string, ...string[]]
  cwd?: string
  env: Record<string, string>
  timeoutMs: number
  signal?: AbortSignal
  onLine?: (line: string) => void
}

export interface Outcome {
  /** Absent when it could not be started, or was ended. */
  code?: number
  /** Why there is no code. */
  reason?: string
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g')

/** Runs a program without a shell and hands on its lines. It never outlives `timeoutMs`, and neither do its children. */
export async function run({ argv, cwd, env, timeoutMs, signal, onLine }: Command): Promise<Outcome> {
  const [file, ...args] = argv
  // A group of its own, so that ending it ends what it started.
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true, shell: false })
  let reason: string | undefined
  const end = (why: string) => {
    reason ??= why
    if (child.pid !== undefined) killGroup(child.pid)
  }
  const timer = setTimeout(() => end(`it took longer than ${Math.round(timeoutMs / 1_000)} s`), timeoutMs)
  const abort = () => end('this server is stopping')
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()

  for (const output of [child.stdout, child.stderr]) {
    const line = createLine(64 * 1024)
    const say = (text: string) => {
      const plain = text.replace(ESCAPES, '').trimEnd()
      if (plain !== '') onLine?.(plain)
    }
    output.on('data', (chunk: Buffer) => {
      for (const text of line.push(chunk)) say(text)
    })
    output.on('end', () => say(line.take()))
  }
  try {
    const code = await new Promise<number | undefined>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (exit) => resolve(exit ?? undefined))
    })
    if (reason !== undefined) return { reason }
    return code === undefined ? { reason: 'it was ended by a signal' } : { code }
  } catch (cause) {
    return { reason: cause instanceof Error ? cause.message : String(cause) }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}
