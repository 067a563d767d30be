import type { Caller, PeerCaller } from '../../cluster/access/caller.ts'
import { PermissionDenied } from '../../errors/requests.ts'
import type { Member } from '../../schemas/peer.ts'

type Members = { get(id: string): Member | undefined }

/** The peer that calls, on a route that is for peers alone. @throws PermissionDenied */
export function peerOf(caller: Caller): PeerCaller {
  if (caller.kind !== 'peer') throw new PermissionDenied('the key of a peer')
  return caller
}

/** What is stored of the peer that calls. @throws PermissionDenied */
export function memberOf(caller: Caller, members: Members): Member {
  const member = members.get(peerOf(caller).id)
  if (!member) throw new PermissionDenied('the key of a peer')
  return member
}

/** The same where one that waits for approval has no say. @throws PermissionDenied */
export function approvedMember(caller: Caller, members: Members): Member {
  const member = memberOf(caller, members)
  if (member.awaitsApproval) throw new PermissionDenied('the key of a peer')
  return member
}
