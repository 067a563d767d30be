import assert from 'node:assert/strict'
import { test } from 'node:test'
import { painted, unpainted } from '../../src/dashboard/deployments/log/ansi.ts'
import { hostPort, portWords } from '../../src/dashboard/deployments/ports.ts'
import { clock, exact } from '../../src/dashboard/lib/words/format.ts'
import { kindOf, sentence } from '../../src/dashboard/lib/words/words.ts'
import { EventType, type NewEvent } from '../../src/schemas/event.ts'

const event = (about: NewEvent) => ({ id: 1, at: '2026-11-29T08:00:00Z', ...about })
const told = (about: NewEvent) => sentence(event(about))

test('an event of a deployment says which one, what, by whom and how it ended', () => {
  const facts = { deployment: 'shop', action: 'restart', by: 'operator alice', outcome: 'succeeded', duration_ms: 1840 }
  assert.equal(told({ type: 'deployment.action', facts }), 'shop: restart by operator alice: succeeded in 1.8 s')
  const failed = { ...facts, outcome: 'failed', times: 3 }
  assert.equal(
    told({ type: 'deployment.action', facts: failed, reason: 'web is exited' }),
    'shop: restart by operator alice: failed, 3 times · web is exited'
  )
  assert.equal(
    told({ type: 'deployment.changed', facts: { deployment: 'shop' }, from: 'running', to: 'partial' }),
    'shop: running → partial'
  )
  assert.equal(told({ type: 'deployment.changed', facts: { deployment: 'shop' }, to: 'running' }), 'shop: new, running')
  assert.equal(
    told({ type: 'deployment.changed', facts: { deployment: 'shop' }, from: 'stopped' }),
    'shop: stopped → removed'
  )
})

test('a deployment that failed is trouble, and one that runs again is none', () => {
  const changed = (to: string) => kindOf(event({ type: 'deployment.changed', to }))
  assert.deepEqual(['error', 'partial', 'running', 'stopped'].map(changed), ['bad', 'warn', 'good', 'none'])
  assert.equal(kindOf(event({ type: 'deployment.action', facts: { outcome: 'refused' } })), 'bad')
})

test('no event is told by the name that programs know it by', () => {
  for (const type of EventType.enum)
    if (type !== 'peer.state') assert.notEqual(told({ type }).split(' · ')[0], type, type)
})

test('a time is of the day, or with its day and without its seconds, and whole for who points at it', () => {
  const at = new Date(2026, 10, 20, 17, 40, 12).getTime()
  assert.equal(clock(at, at + 60_000), '17:40:12')
  assert.equal(clock(at, at + 9 * 86_400_000), '20 Nov 17:40')
  assert.equal(clock(at, at + 90 * 86_400_000), '20 Nov 2026 17:40')
  assert.match(exact(at), /^20 Nov 2026, 17:40:12 \S+/)
})

test('ports are told as people say them', () => {
  const words = {
    '0.0.0.0:8080:80/tcp': '8080 → 80',
    ':::8080:80/tcp': '8080 → 80',
    '127.0.0.1:5432:5432/tcp': '127.0.0.1:5432 → 5432',
    '0.0.0.0:53->53/udp': '53 → 53/udp',
    '8080:80': '8080 → 80',
    '443/tcp': '443'
  }
  for (const [port, said] of Object.entries(words)) assert.equal(portWords(port), said)
  assert.deepEqual(Object.keys(words).map(hostPort), ['8080', '8080', '5432', '53', '8080', '443/tcp'])
})

test('a line of a log has the colours of a terminal, and none of its codes', () => {
  assert.deepEqual(painted('\u001b[33mWARN\u001b[0m slow'), [
    { text: 'WARN', colour: 'yellow' },
    { text: ' slow', colour: '' }
  ])
  assert.deepEqual(painted('\u001b[1;91mE\u001b[39m\u001b[2Kx'), [
    { text: 'E', colour: 'red' },
    { text: 'x', colour: '' }
  ])
  assert.equal(unpainted('\u001b]8;;https://x\u0007link\u001b]8;;\u001b\\ \u001b[?25lend'), 'link end')
  assert.deepEqual(painted(''), [{ text: '', colour: '' }])
})

test('the labels of links in a line stay', () => {
  const link = (to: string, label: string) => `\u001b]8;;${to}\u001b\\${label}\u001b]8;;\u001b\\`
  assert.equal(unpainted(`${link('https://a', 'first')} and ${link('https://b', 'second')}.`), 'first and second.')
})
