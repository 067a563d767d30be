import { knowsOurKey } from '../../remote/answers/refusal.ts'
import type { Remote } from '../../remote/client.ts'
import type { Member } from '../../schemas/peer.ts'
import { targetOf } from '../peers/transport.ts'

/** The first of these addresses at which a member answers, with its own key. */
export async function directAddressOf(
  member: Member,
  urls: readonly string[],
  remote: Pick<Remote, 'requestDirectly' | 'deadlines'>
): Promise<string | undefined> {
  for (const url of urls) if (await answersAt(member, url, remote)) return url
  return undefined
}

async function answersAt(
  member: Member,
  url: string,
  { requestDirectly, deadlines }: Pick<Remote, 'requestDirectly' | 'deadlines'>
): Promise<boolean> {
  const target = { ...targetOf(member), url }
  const ask = { path: '/api/cluster/status', deadlineMs: deadlines.reachMs, maxBytes: 16_384 }
  try {
    return knowsOurKey(await requestDirectly(target, ask), target)
  } catch {
    return false
  }
}
