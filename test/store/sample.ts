import type { Member } from '../../src/schemas/peer.ts'
import type { Vault } from '../../src/security/vault.ts'
import { credentialContext } from '../../src/store/contexts.ts'

export const SECRET = 'a-secret-of-thirty-two-characters!'

export const member = (id: string, vault: Vault): Member => ({
  id,
  number: 1,
  name: id,
  url: 'http://10.0.0.1',
  state: 'active',
  joinedAt: '2026-01-01T00:00:00Z',
  transport: 'signed',
  credential: { sealed: vault.seal(`key of ${id}`, credentialContext(id)), since: '2026-01-01T00:00:00Z' },
  keyDigest: { current: `digest-of-${id}` },
  grants: [],
  features: [],
  pins: []
})
