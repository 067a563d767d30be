import type { Self } from '../cluster/peers/self.ts'
import type { Config } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import type { Members } from '../store/members.ts'

/** Refuses a name that a peer has: in every list one of the two would hide the other. @throws Fatal */
export function guardOwnName(members: Pick<Members, 'byName'>, self: Pick<Self, 'enabled' | 'name'>) {
  const assertFree = (name: string) => {
    const peer = members.byName(name)
    if (peer) throw new Fatal(78, nameTaken(peer.name))
  }
  if (self.enabled()) assertFree(self.name())
  return ({ cluster }: Pick<Config, 'cluster'>) => {
    if (cluster.enabled) assertFree(cluster.serverName)
  }
}

const nameTaken = (name: string) =>
  `cluster.server_name: a peer of this server is called "${name}"; give this server another name, or remove that peer before`
