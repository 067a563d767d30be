import { setTimeout as pause } from 'node:timers/promises'
import type { Figure } from './figure.ts'
import { startPeers, startWatcher } from './watcher.ts'

/** The watching process is stopped for 20 s, with 100 peers that are well. */
export async function* benchStall(): AsyncGenerator<Figure> {
  const peers = await startPeers('127.0.0.1', new Array(100).fill(0))
  const watcher = startWatcher({
    peers: peers.ports.map((port, index) => ({ id: `p${index}`, url: `http://127.0.0.1:${port}` }))
  })
  await pause(35_000)
  const before = watcher.changes.length
  watcher.child.kill('SIGSTOP')
  await pause(20_000)
  watcher.child.kill('SIGCONT')
  await pause(40_000)
  const changed = watcher.changes.slice(before)
  await Promise.all([watcher.stop(), peers.stop()])
  yield {
    what: 'SIGSTOP of the agent for 20 s, 100 healthy peers: changes of state',
    measured: `${changed.length} (${before} peers online before)`,
    reach: '0',
    reached: changed.length === 0 && before === 100
  }
}
