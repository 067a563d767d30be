import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { BARE } from '../bare.ts'
import { join, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'
import { type Released, startReleased, startShipped } from './released.ts'

const skip = process.env.END_TO_END ? false : 'takes a minute: .ci/run runs it, with END_TO_END=1'
const portOf = ({ url }: Released) => Number(new URL(url).port)

/** Of the servers that a server sees, those in another state than online. */
async function notOnline(at: Released): Promise<string[]> {
  const { body } = await at.call('GET', '/api/cluster/peers')
  return body.peers
    .filter(({ state }: { state: string }) => state !== 'online')
    .map(({ name, state }: { name: string; state: string }) => `${at.name} sees ${name} ${state}`)
}

async function allOnline(servers: readonly Released[], what: string) {
  for (const at of servers) await until(async () => (await notOnline(at)).length === 0, `${what}: ${at.name}`)
}

/** What the new program says of a server before it takes over there. */
async function upgradeCheck(server: Released) {
  const words = ['upgrade', 'check', '--config', server.config, '--json']
  const child = spawn(process.execPath, [builtProgram(), ...words], { env: BARE, stdio: ['ignore', 'pipe', 'inherit'] })
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  const { findings } = JSON.parse(out)
  const of = (name: string) => findings.find((one: { name: string }) => one.name === name)
  return { code, peers: of('peers'), store: of('store'), out }
}

/** Each pair that was away for anybody, as the servers themselves have written it down. */
async function outages(servers: readonly Released[]): Promise<string[]> {
  const gone: string[] = []
  for (const server of servers) {
    const { text: stream } = await server.call('GET', '/api/cluster/events?follow=false')
    for (const [, line = ''] of stream.matchAll(/^data: (.+)$/gm)) {
      const event = JSON.parse(line)
      if (event.type === 'peer.removed' || /^(offline|rejected|removed|incompatible)$/.test(event.to ?? ''))
        gone.push(`${server.name}: ${line}`)
    }
  }
  return gone
}

test('ten servers of two versions are upgraded one after the other, and nobody is called', { skip }, async (t) => {
  const pager = await startPager(t)
  const more = { alerts: { delay: '5s', targets: [{ type: 'webhook', url: pager.url }] } }
  const servers = await tenServers(t, more)
  await allOnline(servers, 'joined')

  for (const [at, old] of servers.slice(0, 5).entries()) {
    const before = await upgradeCheck(old)
    assert.deepEqual([before.code, before.peers.verdict], [0, 'ok'], before.out)
    assert.match(before.peers.detail, /^9 peers online/)
    await old.stop()
    const [next] = servers.slice(at + 1)
    assert.ok(next)
    await until(async () => (await notOnline(next)).length > 0, 'its stop being seen')
    const meanwhile = await upgradeCheck(next)
    assert.deepEqual([meanwhile.code, meanwhile.peers.verdict], [75, 'wait'], meanwhile.out)
    assert.equal(meanwhile.peers.detail, `${old.name}: not online`)
    servers[at] = await startShipped(t, { name: old.name, folder: old.folder, port: portOf(old), more })
    await allOnline(servers, `after ${old.name}`)
  }

  for (const server of servers) {
    const { body } = await server.call('GET', '/api/cluster/deployments')
    const online = Object.values<{ online: boolean }>(body.servers).filter((one) => one.online)
    assert.equal(online.length, 10, JSON.stringify(body))
  }
  assert.deepEqual(await outages(servers), [])
  assert.deepEqual(pager.titles(), [])

  // They would have been: one that is away without a word is told of.
  await servers[9]?.kill()
  await until(() => pager.titles().some((title) => title.includes('web-10')), 'a message of what is an outage')
})

/** Who is called, with the titles of all messages. */
async function startPager(t: TestContext) {
  const titles: string[] = []
  const server = createServer(async (request, response) => {
    titles.push(((await json(request)) as { title: string }).title)
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, titles: () => titles }
}

async function tenServers(t: TestContext, more: Record<string, unknown>): Promise<Released[]> {
  const servers = await Promise.all(
    Array.from({ length: 10 }, (_, at) => {
      const name = `web-${at + 1}`
      return at < 5 ? startReleased(t, { name }) : startShipped(t, { name, more })
    })
  )
  for (const [at, inviter] of servers.entries())
    for (const joiner of servers.slice(at + 1)) assert.equal((await join(inviter, joiner)).status, 200)
  return servers
}
