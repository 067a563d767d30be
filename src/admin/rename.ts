import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { Fatal } from '../errors/fatal.ts'
import { changeConfig } from './config-set.ts'
import { reload } from './reload.ts'
import { configMeant } from './subject.ts'

/**
 * `flatrun-cluster rename NAME`: this server is called that from now on, and tells its peers. Where the agent refuses the
 * name the config is as it was.
 */
export async function runRename({ args: [name = ''] }: Given, io: Io, root?: string): Promise<number> {
  // Empty, the key would be the host's name.
  if (name === '') throw new Fatal(64, 'a name is wanted, such as web-4')
  const subject = configMeant({ args: [], option: () => '' }, io, root)
  const { undo, above } = changeConfig(subject, [['cluster.server_name', name]], io)
  const refused = await renamed(above[0]?.origin, io, root).catch((error) => {
    undo()
    throw error
  })
  if (refused !== undefined) {
    undo()
    // Else the last that the agent has read is the name that it refused, and it would be looked for in a right config.
    if (above.length === 0) await reload(io, root)
    io.err(`nothing was changed: ${refused}`)
    return 78
  }
  io.out(`this server is called ${name} now`)
  io.err('Its peers learn it within a minute; plain FlatRun agents keep the name that they joined with.')
  return 0
}

/** Why it is not. */
async function renamed(above: string | undefined, io: Io, root: string | undefined): Promise<string | undefined> {
  if (above !== undefined) return `${above} stands above the config; change the name there`
  const { taken, reason } = await reload(io, root)
  return taken ? undefined : reason
}
