import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { entriesOf } from '../../../src/local/logs/entries.ts'
import { mergeStreams } from '../../../src/local/logs/merge.ts'
import { paced } from '../../../src/local/logs/pace.ts'
import { parseSince } from '../../../src/local/logs/since.ts'
import { frame } from '../fake-engine.ts'

const TIME = '2026-11-23T08:15:30.123456789Z'

async function entries(bytes: Buffer, { terminal = false, cuts = [] as number[] } = {}) {
  async function* body() {
    let start = 0
    for (const cut of [...cuts.map((n) => n % bytes.length).sort((a, b) => a - b), bytes.length]) {
      yield bytes.subarray(start, cut)
      start = cut
    }
  }
  const found = []
  for await (const entry of entriesOf(body(), terminal)) found.push(entry)
  return found
}

test('frames are told apart by stream, and lose the time of the engine', async () => {
  const bytes = Buffer.concat([frame(1, `${TIME} hello\n`), frame(2, `${TIME} oh\n`), frame(1, `${TIME} \n`)])
  assert.deepEqual(await entries(bytes), [
    { stream: 'stdout', at: TIME, line: 'hello' },
    { stream: 'stderr', at: TIME, line: 'oh' },
    { stream: 'stdout', at: TIME, line: '' }
  ])
})

test('a long line that came in several frames is one line, with one time', async () => {
  const bytes = Buffer.concat([
    frame(1, `${TIME} one `),
    frame(2, `${TIME} between\n`),
    frame(1, `${TIME} two `),
    frame(1, `${TIME} three\n`),
    frame(1, `${TIME} next\n`)
  ])
  const lines = (await entries(bytes)).map(({ line }) => line)
  assert.deepEqual(lines, ['between', 'one two three', 'next'])
})

test('a terminal has no frames, and ends its lines as terminals do', async () => {
  const bytes = Buffer.from(`${TIME} prompt\r\n${TIME} rest`)
  assert.deepEqual(await entries(bytes, { terminal: true }), [
    { stream: 'stdout', at: TIME, line: 'prompt' },
    { stream: 'stdout', at: TIME, line: 'rest' }
  ])
})

test('the times between the parts of a long line of a terminal are no part of it', async () => {
  const [half, other] = [Buffer.from('ä').subarray(0, 1), Buffer.from('ä').subarray(1)]
  const later = '2026-11-23T08:15:31.2Z'
  const bytes = Buffer.concat([
    Buffer.from(`${TIME} one `),
    half,
    Buffer.from(`${TIME.replace('30.1', '30.2')} `),
    other,
    Buffer.from(` at 2020-01-01T00:00:00.123456789Z and ${later} "2026-11-23T08:15:31.123456789Z"\r\n${TIME} next\n`)
  ])
  for (const cut of [3, 40, 70, 90]) {
    assert.deepEqual(
      (await entries(bytes, { terminal: true, cuts: [cut] })).map(({ line }) => line),
      [`one ä at 2020-01-01T00:00:00.123456789Z and ${later} "2026-11-23T08:15:31.123456789Z"`, 'next']
    )
  }
})

test('no line begins or ends with half a character', async () => {
  const umlaut = Buffer.from('ä')
  const long = Buffer.concat([
    Buffer.from(`${TIME} ${'x'.repeat(16 * 1024 - TIME.length - 2)}`),
    umlaut,
    Buffer.from('yy\n')
  ])
  const begun = Buffer.concat([Buffer.from(`${TIME} `), umlaut.subarray(1), Buffer.from('b\n')])
  const ended = Buffer.concat([Buffer.from(`${TIME} c`), umlaut.subarray(0, 1)])
  const framed = [long, begun, ended].map((bytes) => {
    const header = frame(1, '')
    header.writeUInt32BE(bytes.length, 4)
    return Buffer.concat([header, bytes])
  })
  const [first, ...others] = (await entries(Buffer.concat(framed))).map(({ line }) => line)
  assert.match(first ?? '', /^x+ …\(cut\)$/)
  assert.deepEqual(others, ['b', 'c'])
})

test('half a frame at the end gives what there was of it', async () => {
  const bytes = Buffer.concat([frame(1, `${TIME} whole\n`), frame(1, `${TIME} cut in the middle\n`).subarray(0, 45)])
  assert.deepEqual(
    (await entries(bytes)).map(({ line }) => line),
    ['whole', 'cut in']
  )
})

test('where the stream was cut makes no difference', async () => {
  const bytes = Buffer.concat([frame(1, `${TIME} größer\n`), frame(2, `${TIME} b\n${TIME} c`), frame(2, `${TIME} d\n`)])
  const whole = await entries(bytes)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 8 }), async (cuts) => {
      assert.deepEqual(await entries(bytes, { cuts }), whole)
    })
  )
})

test('a line of 10 MB is cut, and what follows is whole', async () => {
  const found = await entries(
    Buffer.concat([frame(1, `${TIME} ${'x'.repeat(10_485_760)}\n`), frame(1, `${TIME} after\n`)])
  )
  assert.equal(found.length, 2)
  assert.ok((found[0]?.line.length ?? 0) < 17_000)
  assert.match(found[0]?.line.slice(-10) ?? '', /…\(cut\)$/)
  assert.equal(found[1]?.line, 'after')
})

test('times are understood in three notations, and nothing else is', () => {
  const now = Date.parse('2026-11-23T10:00:00Z')
  assert.equal(parseSince('10m', now), '1795427400.000')
  assert.equal(parseSince('1h30m', now), '1795422600.000')
  assert.equal(parseSince('2026-11-23T09:50:00Z', now), '1795427400.000')
  assert.equal(parseSince('1795427400.5', now), '1795427400.5')
  for (const text of ['', 'yesterday', '-5m', '10', '5y', '2026-99-99', '1795427400&follow=1']) {
    const seconds = parseSince(text, now)
    assert.equal(seconds, text === '10' ? '10' : undefined, text)
  }
})

test('streams are merged as they come, and a reader that stops ends them', async () => {
  const ended: string[] = []
  async function* endless(name: string) {
    try {
      for (let n = 0; ; n += 1) yield `${name}${n}`
    } finally {
      ended.push(name)
    }
  }
  async function* quiet() {
    await new Promise(() => {})
    yield 'never'
  }
  const seen = new Set<string>()
  for await (const item of mergeStreams<string>([endless('a'), quiet(), endless('b')])) {
    seen.add(item)
    if (seen.size === 20) break
  }
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(seen.has('a5') && seen.has('b5'))
  assert.deepEqual(ended.sort(), ['a', 'b'])
})

test('a stream that fails is the failure of all', async () => {
  async function* failing() {
    yield 'one'
    throw new Error('broken')
  }
  const seen: string[] = []
  await assert.rejects(
    (async () => {
      for await (const item of mergeStreams([failing()])) seen.push(item)
    })(),
    { message: 'broken' }
  )
  assert.deepEqual(seen, ['one'])
})

test('a stream is asked for its next item only when the one before was taken', async () => {
  let made = 0
  async function* counting() {
    for (;;) yield ++made
  }
  const merged = mergeStreams([counting()])
  await merged.next()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(made, 1)
  await merged.next()
  assert.equal(made, 2)
  await merged.return(undefined)
})

test('a flood is handed on at its pace, and all of it', async () => {
  let at = 0
  const waits: number[] = []
  async function* flood() {
    for (let n = 0; n < 25; n += 1) yield n
  }
  const wait = async (ms: number) => {
    waits.push(ms)
    at += ms
  }
  const seen: number[] = []
  const { signal } = new AbortController()
  for await (const n of paced(flood(), { perSecond: 10, signal, now: () => at, wait })) seen.push(n)
  assert.equal(seen.length, 25)
  assert.deepEqual(waits, [1_000, 1_000])
})

test('what comes slowly is not held up', async () => {
  let at = 0
  async function* slow() {
    for (let n = 0; n < 50; n += 1) {
      at += 200
      yield n
    }
  }
  const { signal } = new AbortController()
  const wait = () => Promise.reject(new Error('waited'))
  let seen = 0
  for await (const _ of paced(slow(), { perSecond: 10, signal, now: () => at, wait })) seen += 1
  assert.equal(seen, 50)
})
