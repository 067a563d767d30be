import type { Context } from '../context.ts'
import { CliFault } from '../exit.ts'
import { row, rows, text } from '../text/shape.ts'

/** The peer that is meant, however its name is written; a name that nobody has stays, and the agent says so. */
export async function peerNamed({ client }: Context, name: string): Promise<string> {
  const answer = await client.get('/cluster/peers').catch(forgiven)
  const names = rows(row(answer).peers).map((peer) => text(peer.name))
  return names.includes(name) ? name : (names.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name)
}

/** The same for any server; undefined is the one that is asked. */
export async function serverNamed(context: Context, name: string): Promise<string | undefined> {
  const self = row(await context.client.get('/cluster/status').catch(forgiven))
  if (text(self.server_name).toLowerCase() === name.toLowerCase()) return undefined
  return peerNamed(context, name)
}

/** A plain FlatRun agent, or a key that may not list: then the name is taken as it was written. */
function forgiven(error: unknown): undefined {
  if (!(error instanceof CliFault)) throw error
}
