import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sees, startNode, type TestNode, until } from '../../daemon.ts'
import { type FakePeer, startFakePeer } from '../../fake-peer.ts'

type Side = 'a' | 'b'

/** One of two servers, whatever it runs. */
interface Server {
  name: string
  invite(): Promise<Invitation>
  accept(invitation: Invitation): Promise<number>
  remove(other: string): Promise<void>
  /** Settles when it lists the other one no more, or knows that it was removed there or that its key is refused. */
  notices(other: string): Promise<unknown>
  /** Whether it lists the other one, and the keys work from here. */
  reaches(other: string): Promise<boolean>
}

interface Invitation {
  token: string
  url: string
}

/** So that each of the two invites after each of the two. */
const INVITERS: Side[] = ['a', 'a', 'b', 'b', 'a']
const ORDERS: Side[][] = [['a'], ['b'], ['a', 'b'], ['b', 'a']]

for (const kind of ['ours', 'FlatRun'] as const) {
  for (const removals of ORDERS) {
    test(`removed by ${removals.join(', then by ')}, ours (a) and ${kind} (b) join again, whoever invites`, async (t) => {
      const servers = await pair(t, kind)
      const [a, b] = [servers.a.name, servers.b.name]
      for (const [round, inviter] of INVITERS.entries()) {
        // FlatRun takes no name that it has, and spends the token: its operator has to remove us as well.
        if (round > 0 && kind === 'FlatRun' && !removals.includes('b')) {
          assert.notEqual(await attempt(servers, inviter), 200)
          await servers.b.remove(a)
        }
        await joined(servers, inviter)
        if (round === INVITERS.length - 1) return
        for (const side of removals) await servers[side].remove(side === 'a' ? b : a)
      }
    })
  }
}

/** Joins, at the second try at the latest: a removal is told a moment later, or noticed by the first try. */
async function joined(servers: Record<Side, Server>, inviter: Side) {
  const { a, b } = servers
  if ((await attempt(servers, inviter)) !== 200) {
    await Promise.all([a.notices(b.name), b.notices(a.name)])
    assert.equal(await attempt(servers, inviter), 200)
  }
  await until(async () => (await a.reaches(b.name)) && (await b.reaches(a.name)), 'both reaching each other')
}

async function attempt(servers: Record<Side, Server>, inviter: Side) {
  return servers[inviter === 'a' ? 'b' : 'a'].accept(await servers[inviter].invite())
}

async function pair(t: TestContext, kind: 'ours' | 'FlatRun'): Promise<Record<Side, Server>> {
  const a = ours(await startNode(t, { name: 'node-a' }))
  if (kind === 'ours') return { a, b: ours(await startNode(t, { name: 'node-b' })) }
  const flatrun = await startFakePeer({ name: 'flatrun', auth: 'keys', uniqueNames: true })
  t.after(flatrun.close)
  return { a, b: flatruns(flatrun) }
}

function ours(node: TestNode): Server {
  return {
    name: node.name,
    async invite() {
      const { body } = await node.call('POST', '/api/cluster/invite')
      return { token: body.invite_token, url: node.url }
    },
    async accept({ token, url }) {
      const peer = token.startsWith('frc1.') ? {} : { peer_url: url }
      return (await node.call('POST', '/api/cluster/accept', { invite_token: token, ...peer })).status
    },
    async remove(other) {
      // The other side's removal may have taken us out of its list, and told us so, at this very moment.
      await node.call('DELETE', `/api/cluster/peers/${other}`)
    },
    notices: (other) =>
      until(async () => {
        const { status, body } = await node.call('GET', `/api/cluster/peers/${other}`)
        if (status === 404 || body.state === 'removed') return true
        return body.state !== 'suspect' && body.evidence?.at(-1)?.class === 'key_refused'
      }, 'noticing the removal'),
    async reaches(other) {
      await sees(node, other, 'online')
      return (await node.call('GET', `/api/cluster/peers/${other}/proxy/deployments`)).status === 200
    }
  }
}

function flatruns(fake: FakePeer): Server {
  return {
    name: fake.name,
    invite: async () => ({ token: fake.invite(), url: fake.url }),
    accept: async ({ token, url }) => (await fake.join(url, token)).status,
    remove: async (other) => fake.remove(other),
    notices: async () => {},
    reaches: async (other) => (await fake.call(other, '/api/deployments')).status === 200
  }
}
