import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import type { Card } from '../../src/schemas/joining/card.ts'
import type { Member } from '../../src/schemas/peer.ts'
import type { SealingKey } from '../../src/security/sealing.ts'
import { createSigner } from '../../src/security/signatures.ts'
import { createVault } from '../../src/security/vault.ts'
import { credentialContext, identityContext } from '../../src/store/contexts.ts'
import { type Reply, request, type TestNode, until } from '../daemon.ts'

interface Stored {
  members: Member[]
  open: (sealed: string, context: string) => string
  identity: SealingKey
}

/** What lies in a running node's store, opened with its secret. */
export function storedOf({ folder }: Pick<TestNode, 'folder'>): Stored {
  const data = path.join(folder, 'data')
  const db = new DatabaseSync(path.join(data, 'cluster.db'), { readOnly: true })
  const valuesOf = (table: string) =>
    db
      .prepare(`SELECT value FROM ${table}`)
      .all()
      .map(({ value }) => JSON.parse(String(value)).value)
  const [members, [meta]] = [valuesOf('members'), valuesOf('meta')]
  db.close()
  const { open } = createVault({ secrets: [readFileSync(path.join(data, 'secret'), 'utf8').trim()], salt: meta.salt })
  const { publicKey, sealed } = meta.box
  return { members, open, identity: { publicKey, privateKey: open(sealed, identityContext) } }
}

/** Posts to `to` as its member `of` would, with that one's key: what a member that was taken over may send. */
export async function signedPost(_t: TestContext, { of, to }: { of: TestNode; to: TestNode }) {
  const { members, open } = storedOf(of)
  const there = members.find(({ name }) => name === to.name)
  if (!there) throw new Error(`${of.name} does not know ${to.name}`)
  const sign = createSigner()
  const keyOf = () => {
    const { members: now } = storedOf(of)
    const sealed = now.find(({ id }) => id === there.id)?.credential.sealed ?? ''
    return open(sealed, credentialContext(there.id))
  }
  const card = await until<Card>(
    () => storedOf(to).members.find(({ name }) => name === of.name)?.card,
    `${to.name} having the card of ${of.name}`
  )
  let start: string | undefined
  const post = async (where: string, body: unknown, more: Record<string, string> = {}): Promise<Reply> => {
    const bodyDigest = createHash('sha256').update(JSON.stringify(body)).digest('base64')
    const headers = { ...more, ...sign(keyOf(), { method: 'POST', path: where, bodyDigest }, start) }
    const reply = await request(to.url + where, { method: 'POST', body, headers })
    const named = /;boot="([\w-]{12})"$/.exec(reply.headers.get('signature-input') ?? '')?.[1]
    if (reply.body?.code !== 'other_start' || named === start) return reply
    start = named
    return post(where, body, more)
  }
  return { card, post }
}
