import assert from 'node:assert/strict'
import { test } from 'node:test'
import { join, sees, startNode, type TestNode, until } from '../../daemon.ts'
import { freePort } from '../../proxies/servers.ts'
import { createWay } from './way.ts'
import { entry, homeAndHub, peerOf } from './world.ts'

const OFTEN = { 'cluster.health_interval': '1s', 'cluster.request_timeout': '1s' }
const turnsOf = ({ daemon }: TestNode) => daemon.events.since(0).filter(({ type }) => type === 'peer.reach')

/** A pair of which both can dial the other, and a way to the home that can be shut. */
async function direct(t: Parameters<typeof createWay>[0]) {
  const hub = await startNode(t, { name: 'hub', config: OFTEN })
  const first = await startNode(t, { name: 'home', config: OFTEN })
  const port = Number(new URL(first.url).port)
  const way = await createWay(t, first.url)
  await first.stop()
  const config = { ...OFTEN, 'api.port': port, 'cluster.advertise_url': way.url }
  const start = () => startNode(t, { name: 'home', folder: first.folder, config })
  const home = await start()
  const joined = await join(hub, home)
  assert.equal(joined.body.reach_back, undefined, joined.text)
  await sees(hub, 'home', 'online')
  return { hub, home, way, start }
}

test('a home that can be dialled no more turns to connections of its own, and back at its next start', async (t) => {
  const { hub, home, way, start } = await direct(t)
  way.shut()
  await entry(hub, 'home', ({ reach, state }) => reach === 'reverse' && state === 'online')
  assert.equal((await peerOf(home, 'hub')).reach_back, 'reverse')
  assert.match(turnsOf(home)[0]?.reason ?? '', /cannot dial this server/)

  await way.open()
  await home.stop()
  const again = await start()
  await entry(hub, 'home', ({ reach, state }) => reach === 'direct' && state === 'online')
  await entry(again, 'hub', ({ reach_back }) => reach_back === 'direct')
})

test('a home that was only away stays one that is dialled', async (t) => {
  const { hub, home, start } = await direct(t)
  await home.stop()
  await entry(hub, 'home', ({ failures }) => failures > 2)
  const again = await start()
  await sees(hub, 'home', 'online')
  await entry(again, 'hub', ({ evidence }) => evidence.length > 2)
  assert.deepEqual([turnsOf(hub), turnsOf(again)], [[], []])
})

test('what only somebody in between says of the way back is not believed', async (t) => {
  const port = await freePort()
  const way = await createWay(t, `http://127.0.0.1:${port}`)
  const config = { 'api.port': port, 'cluster.advertise_url': way.url }
  const { hub, home } = await homeAndHub(t, { hub: { config } })
  await sees(hub, 'home', 'online')

  let told = 0
  way.interrupt((first, near) => {
    if (!first.startsWith('GET /api/cluster/reverse')) return false
    told += 1
    const said = JSON.stringify({ error: 'this server can be dialled', code: 'reached_directly' })
    near.end(`HTTP/1.1 409 Conflict\r\ncontent-length: ${said.length}\r\nconnection: close\r\n\r\n${said}`)
    return true
  })
  await until(() => told > 2, 'it being told so')
  assert.equal((await peerOf(home, 'hub')).reach_back, 'reverse')
  await way.open()
  await sees(hub, 'home', 'online')
  assert.deepEqual(turnsOf(home), [])
})

test('a link is no request under way: it has had its answer, and nothing of it is kept', async (t) => {
  const { hub } = await homeAndHub(t)
  await sees(hub, 'home', 'online')
  const figures = async () => (await hub.call('GET', '/metrics')).text
  const text = await until(async () => {
    const now = await figures()
    return /http_requests_in_flight 1\n/.test(now) && now
  }, 'nothing under way but this question')
  assert.match(text, /flatrun_cluster_links\{state="(?:parked|used)"\} [12]/)
  const codes = [...text.matchAll(/_count\{method="GET",route="\/api\/cluster\/reverse",code="(\d+)"\}/g)]
  assert.deepEqual(
    codes.map(([, code]) => code).filter((code) => code !== '401'),
    ['101']
  )
})
