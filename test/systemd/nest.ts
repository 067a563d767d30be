import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'

interface Ran {
  readonly status: number | null
  readonly out: string
}

export interface Nest {
  /** Runs a shell command inside; output and errors together. */
  run(command: string): Ran
  /** The same, and it must succeed. */
  must(command: string): string
  /** Repeats a command until its output fits: inside, time is the service manager's own and cannot be moved. */
  until(command: string, fits: RegExp, withinMs?: number): string
}

const script = path.join(import.meta.dirname, 'nest.sh')
const TOOLS = ['unshare', 'nsenter', 'ip', 'pgrep', 'systemd-notify', 'systemd-analyze', 'journalctl']

/** Why there can be no systemd of our own here; false where there can. */
export function whyNoNest(): string | false {
  if (!process.env.END_TO_END) return 'takes a minute: .ci/run runs it, with END_TO_END=1'
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root, for namespaces of its own'
  const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  const trial = spawnSync('unshare', ['--mount', '--pid', '--fork', '--cgroup', '--net', 'sh', '-c', TRIAL])
  return trial.status === 0 ? false : 'namespaces, cgroups or overlays are not allowed here'
}

const TRIAL = `set -e
mount --make-rprivate /
top=/sys/fs/cgroup; [ -d $top/unified ] && top=$top/unified
mkdir $top/flatrun-trial-$$ && rmdir $top/flatrun-trial-$$
mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc`

/** A system that boots for one test; `app` is seen inside as /opt/app. */
export async function startNest(t: TestContext, app: string): Promise<Nest> {
  const child = spawn('bash', [script, app], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGTERM')
    await gone
  })
  const pid = await pidOf(child.stdout)
  const words = [
    '-t',
    pid,
    '-m',
    '-p',
    '-i',
    '-u',
    '-C',
    '-n',
    '--',
    'env',
    '-i',
    `PATH=${PATH}`,
    'SYSTEMD_PAGER=',
    'SYSTEMD_COLORS=0'
  ]

  const run = (command: string): Ran => {
    const { status, stdout } = spawnSync('nsenter', [...words, 'bash', '-c', `exec 2>&1; ${command}`], {
      encoding: 'utf8',
      timeout: 120_000,
      maxBuffer: 64 * 1_024 * 1_024
    })
    return { status, out: stdout }
  }
  const must = (command: string) => {
    const { status, out } = run(command)
    if (status !== 0) throw new Error(`${command}: ${status}\n${out}\n${run(JOURNAL).out}`)
    return out
  }
  const until = (command: string, fits: RegExp, withinMs = 30_000) => {
    const end = performance.now() + withinMs
    for (;;) {
      const { out } = run(command)
      if (fits.test(out)) return out
      if (performance.now() > end) throw new Error(`${command} never fitted ${fits}:\n${out}\n${run(JOURNAL).out}`)
      spawnSync('sleep', ['0.1'])
    }
  }
  until('systemctl is-system-running', /running|degraded/)
  return { run, must, until }
}

const JOURNAL = 'journalctl --no-pager -n 40 -t flatrun-cluster -t systemd'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

async function pidOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const pid = /^nest (\d+)$/.exec(line)?.[1]
    if (pid) return pid
  }
  throw new Error('the nested system did not start')
}
