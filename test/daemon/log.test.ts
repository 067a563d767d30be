import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFaultLog, isOutside } from '../../src/daemon/log/fault-log.ts'
import { createLog, type LogOptions } from '../../src/daemon/log/log.ts'
import { createLogOutput } from '../../src/daemon/log/log-output.ts'
import { ContactFailed } from '../../src/errors/joining.ts'

async function logged(options: Partial<LogOptions>) {
  const lines: string[] = []
  const stream = { write: (text: string) => void lines.push(text) }
  return { ...(await createLog({ level: 'trace', format: 'json', journal: false, stream, ...options })), lines }
}

test('in the journal each line begins with its priority and leaves the time to the journal', async () => {
  const { log, lines } = await logged({ journal: true })
  log.fatal('a')
  log.error('b')
  log.warn('c')
  log.info({ peer: 'web-1' }, 'd')
  log.debug('e')
  log.trace('f')
  assert.deepEqual(
    lines.map((line) => line.slice(0, 3)),
    ['<2>', '<3>', '<4>', '<6>', '<7>', '<7>']
  )
  assert.deepEqual(JSON.parse(lines[3]?.slice(3) ?? ''), { level: 30, peer: 'web-1', msg: 'd' })
  assert.ok(lines.every((line) => line.indexOf('\n') === line.length - 1))
})

test('elsewhere a line is JSON with the time in UTC', async () => {
  const { log, lines } = await logged({})
  log.info('hello')
  const { time, msg } = JSON.parse(lines[0] ?? '')
  assert.match(time, /^\d{4}-\d\d-\d\dT.*Z$/)
  assert.equal(msg, 'hello')
})

test('for people it is a line without braces', async () => {
  const { log, lines } = await logged({ format: 'pretty' })
  log.warn('disk is full')
  assert.match(lines.join(''), /^\[\d\d:\d\d:\d\d\] WARN: disk is full\n$/)
})

test('another level and another format count from the next line on', async () => {
  for (const journal of [true, false]) {
    const { log, become, lines } = await logged({ journal, level: 'info' })
    log.debug('quiet')
    log.info('first')
    await become({ level: 'debug', format: 'pretty' })
    log.debug('second')
    await become({ level: 'info', format: 'json' })
    log.info('third')
    const [first = '', second = '', third = ''] = lines
    assert.equal(lines.length, 3)
    for (const [line, message] of [
      [first, 'first'],
      [third, 'third']
    ] as const)
      assert.equal(JSON.parse(line.replace(/^<6>/, '')).msg, message)
    assert.match(second, journal ? /^<7>second\n$/ : /^\[\d\d:\d\d:\d\d\] DEBUG: second\n$/)
  }
})

test('below the level nothing is written', async () => {
  const { log, lines } = await logged({ level: 'warn' })
  log.info('a')
  assert.deepEqual(lines, [])
})

test('a secret that a caller logs by mistake is cut, in every format', async () => {
  for (const options of [{}, { journal: true }, { format: 'pretty' as const }]) {
    const { log, lines } = await logged(options)
    log.info(
      { req: { headers: { authorization: 'Bearer canary' } }, body: { api_key: 'canary', token: 'canary' } },
      'x'
    )
    log.info({ invite_token: 'canary', password: 'canary' }, 'y')
    assert.doesNotMatch(lines.join(''), /canary/)
  }
})

test('a line that finds no room is lost, and the next whole one begins on a line of its own', () => {
  const disk = { room: 8, text: '' }
  const output = createLogOutput(1, (_, text) => {
    if (disk.room === 0) throw new Error('ENOSPC')
    const part = text.slice(0, disk.room)
    disk.room -= part.length
    disk.text += part
    return part.length
  })
  for (const line of ['first\n', 'second\n', 'third\n']) output.write(line)
  disk.room = 100
  for (const line of ['fourth\n', 'fifth\n']) output.write(line)
  assert.equal(disk.text, 'first\nse\nfourth\nfifth\n')
})

test('what fails again and again is told in full once, and then once a minute with how often', async () => {
  const { log, lines } = await logged({})
  let now = 0
  const tell = createFaultLog(log, () => now)
  const fault = new Error('the disk is full')
  for (now = 0; now < 120_000; now += 500) tell(fault)
  tell(new Error('something else'))
  const said = lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    said.map(({ err, reason, times }) => err?.message ?? [reason, times]),
    ['the disk is full', ['Error: the disk is full', 120], 'something else']
  )
})

test('a peer that cannot be reached is a warning without a stack, and no fault of this program', async () => {
  const { log, lines } = await logged({})
  const tell = createFaultLog(log)
  const away = new ContactFailed('connection refused')
  tell(away)
  tell(new Error('a fault'))
  const said = lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    said.map(({ level, err }) => [level, err !== undefined]),
    [
      [40, false],
      [50, true]
    ]
  )
  assert.match(said[0].reason, /connection refused/)
  assert.deepEqual([isOutside(away), isOutside(new Error('a fault'))], [true, false])
})
