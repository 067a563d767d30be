import { type ChildProcess, spawn } from 'node:child_process'
import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { until } from './daemon.ts'

const SERVER = `
  const server = require('node:http').createServer((_, answer) => answer.end('{}'))
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port))
`
/** Of both families. Nobody answers at the second one (RFC 3849). */
const ADDRESSES: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '2001:db8::1', family: 6 }
]
export const skip = process.platform !== 'linux' && 'needs the tables of sockets of Linux'

/** Sockets of this machine whose first packet to that port has no answer yet, as Linux lists them. */
export function unanswered(port: number): number {
  const [remote, synSent] = [port.toString(16).toUpperCase().padStart(4, '0'), '02']
  const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  return sockets.filter((line) => line.includes(`:${remote} ${synSent} `)).length
}

/**
 * A server that is far away: the queue of a stopped process is full, so Linux drops what else wants in and its sender asks
 * again after a second, by when the process goes on.
 */
export async function startFarServer(
  t: TestContext
): Promise<{ port: number; server: ChildProcess; addresses: LookupAddress[] }> {
  const server = spawn(process.execPath, ['--eval', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(server, 'exit')
  const waiting: Socket[] = []
  t.after(async () => {
    for (const socket of waiting) socket.destroy()
    server.kill('SIGKILL')
    await ended
  })
  const [line] = await once(createInterface(server.stdout), 'line')
  const port = Number(line)
  server.kill('SIGSTOP')
  for (let full = false; !full; ) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await until(() => !socket.connecting || unanswered(port) > 0, 'an answer, or none')
    full = socket.connecting
    if (full) socket.destroy()
    else waiting.push(socket)
  }
  await until(() => unanswered(port) === 0, 'nobody who waits')
  return { port, server, addresses: ADDRESSES }
}
