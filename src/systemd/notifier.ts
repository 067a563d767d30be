import { execFile } from 'node:child_process'
import { writeSync } from 'node:fs'
import { inheritedFrom } from './inherited.ts'

/** What the service manager is told, in the words of sd_notify(3). Outside systemd all of it is silence. */
export interface Notifier {
  /** The port is open, the store is open, members are restored. */
  ready(status: string): void
  status(status: string): void
  reloading(): void
  stopping(status: string): void
  /** The supervisor answered: the watchdog may wait again. */
  alive(): void
  /** A long step of starting, such as a migration, needs this much more time. */
  extend(ms: number): void
  /** How often `alive` is wanted; undefined: nobody watches. */
  readonly watchdogMs: number | undefined
  /** Resolves when everything said so far has been heard, or could not be. */
  settled(): Promise<void>
}

export interface NotifierOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  /** How a message is written to an inherited socket. */
  readonly write?: (fd: number, message: string) => void
  /** How `systemd-notify` is run where none was inherited. */
  readonly run?: (words: readonly string[], socket: string) => Promise<void>
}

/**
 * Speaks to systemd by the best way there is: a descriptor that it opened for us, else its program `systemd-notify`,
 * else not at all. Node can reach no datagram socket by itself. A message that cannot be delivered is dropped: a daemon
 * does not fail because nobody listens.
 */
export function createNotifier({ env, pid, write = writeDatagram, run = runProgram }: NotifierOptions): Notifier {
  const { notify } = inheritedFrom(env, pid)
  const socket = env.NOTIFY_SOCKET
  let last: Promise<void> = Promise.resolve()
  let newest: string | undefined

  function say(...words: string[]) {
    if (notify !== undefined) {
      write(notify, words.join('\n'))
    } else if (socket) {
      // One after the other: READY must not overtake the status that goes before it.
      last = last.then(() => run(words, socket))
    }
  }

  /** Of many changes in a row only the newest is worth a process. */
  function sayStatus(status: string) {
    if (notify !== undefined || !socket) return say(statusLine(status))
    const waiting = newest !== undefined
    newest = statusLine(status)
    if (waiting) return
    last = last.then(() => {
      const line = newest
      newest = undefined
      return line === undefined ? undefined : run([line], socket)
    })
  }

  return {
    ready: (status) => say('READY=1', statusLine(status)),
    status: sayStatus,
    reloading: () => say('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`),
    stopping: (status) => say('STOPPING=1', statusLine(status)),
    alive: () => say('WATCHDOG=1'),
    extend: (ms) => say(`EXTEND_TIMEOUT_USEC=${Math.ceil(ms * 1_000)}`),
    watchdogMs: notify !== undefined || socket ? watchdog(env, pid) : undefined,
    settled: () => last
  }
}

const statusLine = (status: string) => `STATUS=${status.replace(/\s+/g, ' ')}`

/** Half of what systemd allows, so that one late sign does not end the service. */
function watchdog(env: NotifierOptions['env'], pid: number): number | undefined {
  const meant = env.WATCHDOG_PID === undefined || env.WATCHDOG_PID === String(pid)
  const allowed = Number(env.WATCHDOG_USEC)
  return meant && allowed > 0 ? allowed / 2_000 : undefined
}

function writeDatagram(fd: number, message: string) {
  try {
    writeSync(fd, message)
  } catch {
    // systemd is gone or restarting; it will ask again by its own means.
  }
}

/** Without --no-block it stays until systemd has read: a sender that is gone can no longer be told to be ours. */
const runProgram = (words: readonly string[], socket: string) =>
  new Promise<void>((resolve) => {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', NOTIFY_SOCKET: socket }
    execFile('systemd-notify', [...words], { env, timeout: 5_000 }, () => resolve())
  })
