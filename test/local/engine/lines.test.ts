import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesOf } from '../../../src/local/engine/lines.ts'

async function lines(chunks: string[], maxBytes = 100, keepRest = true): Promise<string[]> {
  async function* body() {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  return collect(linesOf(body(), { maxBytes, keepRest }))
}

test('lines are the same however the stream was cut', async () => {
  assert.deepEqual(await lines(['one\ntwo\r\n\nthree']), ['one', 'two', '', 'three'])
  assert.deepEqual(await lines([...'one\ntwo\r\n\nthree']), ['one', 'two', '', 'three'])
})

test('a line that is too long is cut, and the next one is whole', async () => {
  assert.deepEqual(await lines(['x'.repeat(60), 'x'.repeat(60), '\nshort\n']), [`${'x'.repeat(100)} …(cut)`, 'short'])
})

test('half a frame at the end is dropped where it would be one', async () => {
  assert.deepEqual(await lines(['{"a":1}\n{"b"'], 100, false), ['{"a":1}'])
})

test('characters of several bytes survive a cut in the middle', async () => {
  const bytes = Buffer.from('größe\n')
  async function* body() {
    for (const byte of bytes) yield Uint8Array.of(byte)
  }
  assert.deepEqual(await collect(linesOf(body(), { maxBytes: 100, keepRest: true })), ['größe'])
})

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const line of source) found.push(line)
  return found
}
