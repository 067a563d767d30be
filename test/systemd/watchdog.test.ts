import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { createNotifier } from '../../src/systemd/notifier.ts'
import { startWatchdog } from '../../src/systemd/watchdog.ts'

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

function watched(t: { after(end: () => void): void }, alive: () => boolean | Promise<boolean>) {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  const heard: string[] = []
  const notifier = createNotifier({
    env: { LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: 'notify', WATCHDOG_USEC: '20000000' },
    pid: 1,
    write: (_, message) => heard.push(message)
  })
  const watchdog = startWatchdog({ notifier, alive })
  t.after(watchdog.stop)
  const pass = (ms: number) => {
    mock.timers.tick(ms)
    return turns()
  }
  return { heard, watchdog, pass }
}

test('a supervisor that answers is a sign of life each period', async (t) => {
  const { heard, pass } = watched(t, () => true)
  await pass(10_000)
  await pass(10_000)
  assert.deepEqual(heard, ['WATCHDOG=1', 'WATCHDOG=1'])
})

test('a supervisor that says no, fails, or does not answer is none', async (t) => {
  const answers = [() => false, () => Promise.reject(new Error('gone')), () => new Promise<boolean>(() => {})]
  const { heard, pass } = watched(t, () => answers.shift()?.() ?? true)
  for (let period = 0; period < 4; period++) await pass(10_000)
  assert.deepEqual(heard, [])
})

test('after it was stopped it says nothing', async (t) => {
  const { heard, pass, watchdog } = watched(t, () => true)
  watchdog.stop()
  await pass(60_000)
  assert.deepEqual(heard, [])
})
