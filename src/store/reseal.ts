import type { Invite } from '../schemas/joining/invite.ts'
import type { Departure, JoinAttempt } from '../schemas/joining/records.ts'
import type { Vault } from '../security/vault.ts'
import type { Collection } from './collection.ts'
import { credentialContext, joinContext, privateKeyContext, signingContext } from './contexts.ts'
import type { Members } from './members.ts'

interface Sealed {
  vault: Vault
  members: Members
  invites: Collection<Invite>
  journal: Collection<JoinAttempt>
  departures: Collection<Departure>
}

/**
 * After a change of secret: everything that an old one sealed is sealed with the new one, so that the old one can be
 * taken out of the config. Interrupted, it goes on at the next start.
 */
export async function reseal({ vault, members, invites, journal, departures }: Sealed): Promise<void> {
  const again = (text: string, context: string) =>
    vault.isCurrent(text) ? text : vault.seal(vault.open(text, context), context)

  for (const member of members.all()) {
    const { sealed, previous, since } = member.credential
    const signing = Object.entries(member.signing ?? {})
    if ([sealed, previous ?? sealed, ...signing.map(([, text]) => text)].every(vault.isCurrent)) continue
    const context = credentialContext(member.id)
    await members.put({
      ...member,
      credential: {
        sealed: again(sealed, context),
        since,
        ...(previous !== undefined && { previous: again(previous, context) })
      },
      signing: Object.fromEntries(signing.map(([digest, text]) => [digest, again(text, signingContext(member.id))]))
    })
  }
  for (const invite of invites.all()) {
    const { id, privateKey } = invite
    if (privateKey === undefined || vault.isCurrent(privateKey)) continue
    await invites.put({ ...invite, privateKey: again(privateKey, privateKeyContext(id)) })
  }
  for (const attempt of journal.all()) {
    const { id, token, key } = attempt
    if (vault.isCurrent(token) && vault.isCurrent(key)) continue
    await journal.put({ ...attempt, token: again(token, joinContext(id)), key: again(key, joinContext(id)) })
  }
  for (const departure of departures.all()) {
    const { id, notice } = departure
    if (!notice || vault.isCurrent(notice.credential)) continue
    await departures.put({
      ...departure,
      notice: { ...notice, credential: again(notice.credential, credentialContext(id)) }
    })
  }
}
