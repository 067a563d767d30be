import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goesToJournal, inheritedFrom } from '../../src/systemd/inherited.ts'
import { createNotifier } from '../../src/systemd/notifier.ts'

function listen(env: Record<string, string>, delays: number[] = []) {
  const heard: string[] = []
  const notifier = createNotifier({
    env,
    pid: 42,
    write: (fd, message) => heard.push(`${fd}: ${message}`),
    run: async (words, socket) => {
      for (let turns = delays.shift() ?? 0; turns > 0; turns--) await Promise.resolve()
      heard.push(`${socket}: ${words.join('\n')}`)
    }
  })
  return { notifier, heard }
}

test('a socket that systemd opened for us is written to at once', () => {
  const env = { LISTEN_PID: '42', LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:notify', NOTIFY_SOCKET: '/run/systemd/notify' }
  const { notifier, heard } = listen(env)
  notifier.ready('2 of 3 peers online')
  notifier.alive()
  assert.deepEqual(heard, ['4: READY=1\nSTATUS=2 of 3 peers online', '4: WATCHDOG=1'])
})

test('without one, systemd’s program speaks for us, in the order of what was said', async () => {
  const { notifier, heard } = listen({ NOTIFY_SOCKET: '/run/systemd/notify' }, [5, 0])
  notifier.status('starting')
  notifier.ready('ready')
  await notifier.settled()
  assert.deepEqual(heard, ['/run/systemd/notify: STATUS=starting', '/run/systemd/notify: READY=1\nSTATUS=ready'])
})

test('of many changes in a row only the newest is told, and nothing overtakes it', async () => {
  const { notifier, heard } = listen({ NOTIFY_SOCKET: '/run/n' })
  notifier.alive()
  for (let peer = 0; peer < 1_000; peer++) notifier.status(`${peer} of 1000 peers online`)
  notifier.stopping('stopping')
  await notifier.settled()
  assert.deepEqual(heard, [
    '/run/n: WATCHDOG=1',
    '/run/n: STATUS=999 of 1000 peers online',
    '/run/n: STOPPING=1\nSTATUS=stopping'
  ])
})

test('outside systemd nothing is said', async () => {
  const { notifier, heard } = listen({})
  notifier.ready('ready')
  notifier.stopping('bye')
  await notifier.settled()
  assert.deepEqual(heard, [])
  assert.equal(notifier.watchdogMs, undefined)
})

test('a status is one line, whatever it holds', () => {
  const { notifier, heard } = listen({ LISTEN_PID: '42', LISTEN_FDS: '1', LISTEN_FDNAMES: 'notify' })
  notifier.status('two\nREADY=1')
  assert.deepEqual(heard, ['3: STATUS=two READY=1'])
})

test('a reload carries the monotonic clock, as systemd wants it', () => {
  const { notifier, heard } = listen({ LISTEN_PID: '42', LISTEN_FDS: '1', LISTEN_FDNAMES: 'notify' })
  notifier.reloading()
  assert.match(heard[0] ?? '', /^3: RELOADING=1\nMONOTONIC_USEC=\d+$/)
})

test('the watchdog wants a sign at half of the time that it allows, and only from the process that it means', () => {
  const env = { NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '30000000' }
  assert.equal(listen(env).notifier.watchdogMs, 15_000)
  assert.equal(listen({ ...env, WATCHDOG_PID: '42' }).notifier.watchdogMs, 15_000)
  assert.equal(listen({ ...env, WATCHDOG_PID: '7' }).notifier.watchdogMs, undefined)
  assert.equal(listen({ WATCHDOG_USEC: '30000000' }).notifier.watchdogMs, undefined)
})

test('descriptors that were meant for another process are not ours', () => {
  const env = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:notify' }
  assert.deepEqual(inheritedFrom(env, 42), { listener: undefined, notify: undefined })
  assert.deepEqual(inheritedFrom(env, 7), { listener: 3, notify: 4 })
  assert.deepEqual(inheritedFrom({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7), { listener: 3, notify: undefined })
})

test('the journal is recognised by the descriptor it opened, not by a variable that was inherited', () => {
  assert.equal(goesToJournal({ JOURNAL_STREAM: '1:1' }, 1), false)
  assert.equal(goesToJournal({}, 1), false)
})
