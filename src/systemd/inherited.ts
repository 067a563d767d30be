import { fstatSync } from 'node:fs'

type Environment = Readonly<Record<string, string | undefined>>

/** What systemd handed to this process. Empty where nothing was, or where it was meant for another process. */
export interface Inherited {
  /** A socket that already listens (socket activation): take it instead of opening the port. */
  readonly listener: number | undefined
  /** systemd's notification socket, opened for us (`OpenFile=`, systemd 253). */
  readonly notify: number | undefined
}

const FIRST = 3

/** The descriptors that systemd passed (sd_listen_fds(3)), told apart by their names. */
export function inheritedFrom(env: Environment, pid: number): Inherited {
  if (env.LISTEN_PID !== String(pid)) return { listener: undefined, notify: undefined }
  const names = (env.LISTEN_FDNAMES ?? '').split(':')
  const descriptors = Array.from({ length: Number(env.LISTEN_FDS) || 0 }, (_, index) => ({
    name: names[index] ?? '',
    fd: FIRST + index
  }))
  return {
    notify: descriptors.find(({ name }) => name === 'notify')?.fd,
    listener: descriptors.find(({ name }) => name !== 'notify')?.fd
  }
}

/** What children must not inherit: they would speak to systemd in our name. */
export const SYSTEMD_VARIABLES: readonly string[] = [
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'NOTIFY_SOCKET',
  'WATCHDOG_PID',
  'WATCHDOG_USEC'
]

/** Text for stderr; in the journal each line begins with its priority (sd-daemon(3)). */
export const withPriority = (text: string, priority: number, env: Environment) =>
  goesToJournal(env, 2) ? text.replaceAll(/^/gm, `<${priority}>`) : text

/** Whether what is written to this descriptor goes straight to the journal. */
export function goesToJournal(env: Environment, fd: number): boolean {
  if (!env.JOURNAL_STREAM) return false
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    return env.JOURNAL_STREAM === `${dev}:${ino}`
  } catch {
    return false
  }
}
