import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from '../../src/daemon/log/log.ts'
import { join, sees, startNode } from '../daemon.ts'

test('joins, outages, removals and failed messages are in the log, an outage as a warning', async (t) => {
  const lines: { level: number; type?: string; peer?: string; to?: string; msg: string }[] = []
  const logTo = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const a = await startNode(t, { name: 'web-1', logTo })
  const b = await startNode(t, { name: 'web-2' })
  await join(a, b)
  await sees(a, 'web-2', 'online')
  a.daemon.events.publish({ type: 'peer.state', peer: 'web-2', from: 'suspect', to: 'offline', reason: 'refused' })
  a.daemon.events.publish({ type: 'alert.failed', reason: 'ops: 500' })
  await a.call('DELETE', '/api/cluster/peers/web-2')
  const told = (type: string, level: number) => lines.find((line) => line.type === type && line.level === level)
  assert.ok(told('peer.joined', 30) ?? told('peer.confirmed', 30))
  assert.equal(told('peer.state', 40)?.msg, 'peer.state web-2 suspect → offline refused')
  assert.match(told('alert.failed', 40)?.msg ?? '', /ops: 500/)
  assert.equal(told('peer.removed', 30)?.peer, 'web-2')
})

test('logging.format counts under systemd too, with the priority in front', async () => {
  const written = async (format: 'json' | 'pretty') => {
    const lines: string[] = []
    const stream = { write: (line: string) => void lines.push(line) }
    const { log } = await createLog({ level: 'info', format, journal: true, stream })
    log.warn({ peer: 'web-2' }, 'something happened')
    return lines.join('')
  }
  assert.match(await written('json'), /^<4>\{.*"msg":"something happened"\}\n$/)
  assert.match(await written('pretty'), /^<4>something happened.*web-2.*\n$/)
})
