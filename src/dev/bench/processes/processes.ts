import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'

/** Programs that a benchmark starts, and what the system says of them. All are gone when it ends, however it ends. */
export function createProcesses() {
  const running = new Set<ChildProcess>()
  const stopAll = () => {
    for (const child of running) child.kill('SIGKILL')
  }
  process.once('exit', stopAll)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

  function start(command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
    running.add(child)
    child.once('exit', () => running.delete(child))
    return child
  }

  return {
    start,
    /** One of the programs beside this file; resolves to what it prints when it is ready. */
    async startOwn(name: string, ...args: string[]): Promise<{ child: ChildProcess; ready: string }> {
      const child = start(process.execPath, [path.join(import.meta.dirname, name), ...args])
      const ready = await new Promise<string>((resolve, reject) => {
        child.stdout?.once('data', (line) => resolve(String(line).trim()))
        child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
      })
      return { child, ready }
    },
    stop(child: ChildProcess): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGTERM')
      return ended
    },
    stopAll
  }
}

export type Processes = ReturnType<typeof createProcesses>

/** CPU time that a process has used, in milliseconds. Linux only; NaN elsewhere. */
export function cpuMs({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    // User and system time in ticks of 10 ms (proc(5): fields 14 and 15, here after pid and name).
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}

/** Memory that a process holds now, or has ever held, in MiB. Linux only; NaN elsewhere. */
export function memoryMiB({ pid }: ChildProcess, kind: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  try {
    const line = new RegExp(`${kind}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(line?.[1]) / 1_024
  } catch {
    return Number.NaN
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export async function until(look: () => Promise<boolean> | boolean, what: string, forMs = 90_000): Promise<void> {
  const end = performance.now() + forMs
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`${what} never happened`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
