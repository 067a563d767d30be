import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Client } from '../cli/agent/client.ts'
import { CliFault } from '../cli/exit.ts'
import type { Io } from '../cli/io.ts'
import { eventsOf } from '../cli/text/events.ts'
import { type Row, row, text } from '../cli/text/shape.ts'
import type { Config } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import { SERVICE } from '../systemd/unit.ts'
import { clientsOf } from './own-agent.ts'
import { configMeant, configOf } from './subject.ts'

interface Reloaded {
  readonly taken: boolean
  /** What changed, or why it was refused. */
  readonly reason: string
}

const WITHIN_MS = 20_000
const LOOK_MS = 200

/** `flatrun-cluster reload`: 0 when the new config counts, 78 when it was refused. */
export async function runReload(io: Io, root?: string): Promise<number> {
  const { taken, reason } = await reload(io, root)
  if (taken) io.out(`reloaded: ${reason}`)
  else io.err(reason)
  return taken ? 0 : 78
}

/**
 * Lets the installed service read its config again, and waits for what it made of it: a config without a fault can be
 * refused as well, because of a port that is taken or a name that a peer has.
 * @throws ConfigFaults, and Fatal where the service could not be asked
 */
export async function reload(io: Io, root = '/'): Promise<Reloaded> {
  const subject = configMeant({ args: [], option: () => '' }, io, root)
  if (subject.file === undefined)
    throw new Fatal(66, 'no service is installed; an agent of your own reads its config again at: kill -HUP PID')
  const config = configOf(subject, io)
  requireRunning(io, root)
  const asked = io.now()
  if (systemctl(io, 'reload', SERVICE).status !== 0)
    throw new Fatal(70, `systemctl reload ${SERVICE} failed; look with: journalctl -u ${SERVICE} -n 20`)
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; ) {
    const outcome = await outcomeSince(asked, config, io)
    if (outcome) return outcome
    await io.wait(LOOK_MS)
  }
  throw new Fatal(70, `the agent did not say what it made of it; look with: journalctl -u ${SERVICE} -n 20`)
}

function requireRunning(io: Io, root: string): void {
  if (!existsSync(path.join(root, 'run/systemd/system')))
    throw new Fatal(69, 'there is no systemd here; the agent reads its config again at: kill -HUP PID')
  if (systemctl(io, 'is-active', SERVICE).stdout.trim() !== 'active')
    throw new Fatal(69, `the service does not run; start it with: systemctl start ${SERVICE}`)
}

function systemctl({ env }: Io, ...words: string[]) {
  return spawnSync('systemctl', words, { encoding: 'utf8', env: { ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Its address and its keys may be others than before. */
async function outcomeSince(asked: number, config: Config, io: Io): Promise<Reloaded | undefined> {
  for (const client of clientsOf(config, io)) {
    const event = (await eventsOfAgent(client)).findLast(
      ({ type, at }) => (type === 'config.reloaded' || type === 'node.started') && Date.parse(text(at)) >= asked
    )
    if (event?.type === 'config.reloaded')
      return { taken: row(event.facts).refused !== true, reason: text(event.reason) }
    // Behind a socket of systemd's the process is started again.
    if (event) return { taken: true, reason: 'the agent was started again' }
  }
  return undefined
}

async function eventsOfAgent(client: Client): Promise<Row[]> {
  try {
    const ask = { path: '/cluster/events', query: { follow: 'false' }, accept: 'text/event-stream' }
    return eventsOf((await client.ask(ask)).text)
  } catch (error) {
    // Between two daemons of one process nobody listens.
    if (error instanceof CliFault) return []
    throw error
  }
}
