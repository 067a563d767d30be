import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { joinAll, mesh } from '../cluster/introductions/world.ts'
import { entry } from '../cluster/reach/world.ts'
import { OPERATOR_KEY, sees, startNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'
import { freePort } from './servers.ts'

const PROGRAM = builtProgram()
const [HOME, ROUTER] = [`fr-home-${process.pid}`, `fr-nat-${process.pid}`]
const [OUTSIDE, WAN, LAN, INSIDE] = ['10.213.77.1', '10.213.77.2', '192.168.213.1', '192.168.213.2']

const run = (line: string) => execFileSync('/bin/sh', ['-ec', line], { stdio: ['ignore', 'pipe', 'pipe'] }).toString()

/** Why there can be no address translation here; false where there can. */
function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  try {
    run('command -v iptables')
    run(`ip netns add ${ROUTER} && ip netns exec ${ROUTER} iptables -t nat -L -n`)
    return false
  } catch {
    return 'this machine lets nobody make network namespaces with iptables'
  } finally {
    execFileSync('/bin/sh', ['-c', `ip netns del ${ROUTER} 2>/dev/null || true`])
  }
}

/** A home behind a router that translates addresses: it reaches out, and nobody reaches in. */
function translate(t: TestContext): void {
  t.after(() => run(`ip netns del ${HOME} || true; ip netns del ${ROUTER} || true`))
  run(`
    ip netns add ${HOME}; ip netns add ${ROUTER}
    ip link add frw${process.pid} type veth peer name wan netns ${ROUTER}
    ip addr add ${OUTSIDE}/24 dev frw${process.pid}; ip link set frw${process.pid} up
    ip -n ${ROUTER} addr add ${WAN}/24 dev wan; ip -n ${ROUTER} link set wan up
    ip -n ${ROUTER} link add lan type veth peer name eth0 netns ${HOME}
    ip -n ${ROUTER} addr add ${LAN}/24 dev lan; ip -n ${ROUTER} link set lan up
    ip -n ${HOME} link set lo up
    ip -n ${HOME} addr add ${INSIDE}/24 dev eth0; ip -n ${HOME} link set eth0 up
    ip -n ${HOME} route add default via ${LAN}
    ip netns exec ${ROUTER} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
    ip netns exec ${ROUTER} iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
    ip netns exec ${ROUTER} iptables -P FORWARD DROP
    ip netns exec ${ROUTER} iptables -A FORWARD -i lan -j ACCEPT
    ip netns exec ${ROUTER} iptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT`)
}

/** Asks the agent inside, from inside; the server outside runs in this process, and must not be kept from answering. */
async function inside(method: string, where: string, body: unknown) {
  const { stdout } = await promisify(execFile)('ip', [
    ...['netns', 'exec', HOME, 'curl', '-s', '-X', method, `http://${INSIDE}:8090${where}`],
    ...['-H', `Authorization: Bearer ${OPERATOR_KEY}`, '-H', 'Content-Type: application/json'],
    ...['-d', JSON.stringify(body)]
  ])
  return JSON.parse(stdout)
}

test('a home behind a real address translation joins a whole cluster, is seen, and is asked', {
  skip: whyNot()
}, async (t) => {
  translate(t)
  const port = await freePort()
  const peer_url = `http://${OUTSIDE}:${port}`
  const config = { 'api.host': OUTSIDE, 'api.port': port, 'cluster.advertise_url': peer_url }
  const hub = await startNode(t, { name: 'hub', config })
  const otherPort = await freePort()
  const other = await startNode(t, {
    name: 'other',
    config: {
      ...{ 'api.host': OUTSIDE, 'api.port': otherPort },
      'cluster.advertise_url': `http://${OUTSIDE}:${otherPort}`
    }
  })
  await joinAll(hub, other)
  await mesh([hub, other])
  const folder = temporaryFolder(t)
  const env = {
    PATH: process.env.PATH ?? '',
    FLATRUN_API__HOST: INSIDE,
    FLATRUN_AUTH__API_KEYS: OPERATOR_KEY,
    FLATRUN_DATA_PATH: path.join(folder, 'data'),
    FLATRUN_DEPLOYMENTS_PATH: folder,
    FLATRUN_DOCKER_SOCKET: '',
    FLATRUN_CLUSTER__ENABLED: 'true',
    FLATRUN_CLUSTER__SERVER_NAME: 'home',
    FLATRUN_CLUSTER__ADVERTISE_URL: `http://${INSIDE}:8090`
  }
  const child = spawn('ip', ['netns', 'exec', HOME, process.execPath, PROGRAM, 'agent'], { env, stdio: 'ignore' })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
  })
  await until(
    () =>
      inside('GET', '/api/health', {})
        .then(({ status }) => status === 'healthy')
        .catch(() => false),
    'the home'
  )
  const home = { call: async (...asked: Parameters<typeof inside>) => ({ status: 200, body: await inside(...asked) }) }
  const { body: joined } = await joinAll(hub, home)
  assert.equal(joined.reach_back, 'reverse', JSON.stringify(joined))
  for (const node of [hub, other]) {
    await sees(node, 'home', 'online')
    const { status } = await node.call('GET', '/api/cluster/peers/home/proxy/deployments')
    assert.equal(status, 200)
  }

  child.kill('SIGKILL')
  await entry(hub, 'home', ({ state }) => state !== 'online')
})
