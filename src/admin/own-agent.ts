import { type Client, createClient } from '../cli/agent/client.ts'
import { findLocalAgent } from '../cli/agent/local-agent.ts'
import type { Io } from '../cli/io.ts'
import type { Config } from '../config/config.ts'

const ANSWER_MS = 5_000

/** The agent of a config, where it runs on this machine: a client for each key that it may know. */
export function clientsOf({ dataPath, auth }: Pick<Config, 'dataPath' | 'auth'>, io: Io): Client[] {
  const { agent } = findLocalAgent({ env: { FLATRUN_DATA_PATH: dataPath }, cwd: io.cwd })
  if (!agent) return []
  const { url, certificate, folder } = agent
  const keys = auth.apiKeys.map(({ key }) => key)
  const known = { url, certificate, from: folder, found: true, dataPath: folder, locked: undefined, notes: [] }
  return (agent.token === undefined ? keys : [...keys, agent.token]).map((token) =>
    createClient({
      place: { ...known, token },
      timeoutMs: ANSWER_MS,
      insecure: false,
      signal: io.signal,
      trace: () => {}
    })
  )
}
