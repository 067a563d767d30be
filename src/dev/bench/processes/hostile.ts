import type { Processes } from './processes.ts'

/** A peer in a process of its own that answers each question for deployments with four megabytes of `{}`. */
export async function startHostile(processes: Processes): Promise<string> {
  const { ready } = await processes.startOwn('hostile-peer.ts')
  return `http://127.0.0.1:${ready}`
}
