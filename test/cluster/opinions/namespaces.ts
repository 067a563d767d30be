import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { BARE } from '../../bare.ts'
import { authorized, OPERATOR_KEY, type Reply, request, temporaryFolder, until } from '../../daemon.ts'
import { builtProgram } from '../../program.ts'

const NET = '10.214.77'
/** Where the test itself is, and whatever all servers reach. */
export const OUTSIDE = `${NET}.254`
const BRIDGE = `frb${process.pid}`

const run = (line: string) => execFileSync('/bin/sh', ['-ec', line], { stdio: ['ignore', 'pipe', 'pipe'] }).toString()

/** Why there can be no servers in networks of their own here; false where there can. */
export function whyNot(): string | false {
  if (!process.env.NETWORKS) return 'takes some minutes: .ci/extra/networks.sh runs it, with NETWORKS=1'
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const trial = `fr-trial-${process.pid}`
  try {
    run(`ip netns add ${trial} && ip -n ${trial} rule add ipproto tcp dport 8090 blackhole
      ip link add ${BRIDGE} type bridge && ip link del ${BRIDGE}`)
    return false
  } catch {
    return 'this machine lets nobody make network namespaces with bridges and rules'
  } finally {
    execFileSync('/bin/sh', ['-c', `ip netns del ${trial} 2>/dev/null || true`])
  }
}

export interface Server {
  name: string
  address: string
  call(method: string, path: string, body?: unknown): Promise<Reply>
  /** Asks it from its own network, whatever that is cut off from. */
  askInside(path: string): unknown
  signal(signal: NodeJS.Signals): void
  /** From now on, or no more, it hears nothing that comes to its agent from those. */
  deafen(to: readonly Server[]): void
  hear(to: readonly Server[]): void
  /** Its only cable. */
  unplug(): void
  plug(): void
}

/** A wire between all, with the test at one end of it. */
export function layWire(t: TestContext): void {
  t.after(() => run(`ip link del ${BRIDGE} || true`))
  run(`ip link add ${BRIDGE} type bridge; ip addr add ${OUTSIDE}/24 dev ${BRIDGE}; ip link set ${BRIDGE} up`)
}

/** An agent as it is shipped, in a process and a network of its own. */
export async function startServer(t: TestContext, number: number, alerts: object): Promise<Server> {
  const [name, address] = [`node-${number}`, `${NET}.${number}`]
  const [space, cable] = [`fr-${process.pid}-${number}`, `fr${process.pid}c${number}`]
  t.after(() => run(`ip netns del ${space} || true`))
  run(`
    ip netns add ${space}
    ip link add ${cable} type veth peer name eth0 netns ${space}
    ip link set ${cable} master ${BRIDGE}; ip link set ${cable} up
    ip -n ${space} rule add pref 100 lookup local; ip -n ${space} rule del pref 0
    ip netns exec ${space} sh -c 'echo 0 >/proc/sys/net/ipv4/ip_early_demux'
    ip -n ${space} link set lo up; ip -n ${space} addr add ${address}/24 dev eth0; ip -n ${space} link set eth0 up`)
  const folder = temporaryFolder(t)
  const config = path.join(folder, 'config.yml')
  const url = `http://${address}:8090`
  mkdirSync(path.join(folder, 'deployments'))
  writeFileSync(
    config,
    JSON.stringify({
      ...{
        deployments_path: path.join(folder, 'deployments'),
        docker_socket: '',
        data_path: path.join(folder, 'data')
      },
      ...{ api: { host: address }, auth: { api_keys: [OPERATOR_KEY] }, alerts, logging: { level: 'error' } },
      // Else one that cannot be dialled opens a connection itself, and a cut link mends itself.
      cluster: { enabled: true, server_name: name, advertise_url: url, health_interval: '10s', reach: 'direct' }
    })
  )
  const program = [process.execPath, builtProgram(), 'agent', '--config', config]
  const child = spawn('ip', ['netns', 'exec', space, ...program], { env: BARE, stdio: 'ignore' })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await gone
  })
  // What arrives is looked up before it is taken, also on connections that are open: so a rule can lose it.
  const rule = (how: 'add' | 'del', others: readonly Server[]) =>
    run(
      others
        .map((other) => `ip -n ${space} rule ${how} pref 50 from ${other.address} ipproto tcp dport 8090 blackhole`)
        .join('\n')
    )
  const call: Server['call'] = (method, where, body) =>
    request(`${url}${where}`, { method, body, headers: authorized(OPERATOR_KEY) })
  await until(
    () =>
      call('GET', '/api/health').then(
        ({ status }) => status === 200,
        () => false
      ),
    name
  )
  return {
    ...{ name, address, call },
    askInside: (where) =>
      JSON.parse(
        run(`ip netns exec ${space} curl -s -m 20 -H 'Authorization: Bearer ${OPERATOR_KEY}' '${url}${where}'`)
      ),
    signal: (signal) => void child.kill(signal),
    deafen: (to) => void rule('add', to),
    hear: (to) => void rule('del', to),
    unplug: () => void run(`ip link set ${cable} down`),
    plug: () => void run(`ip link set ${cable} up`)
  }
}
