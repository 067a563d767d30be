import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from '../../src/remote/answers/json.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

test('JSON is read up to 32 levels deep', () => {
  assert.ok(parseJson(nested(32)))
  assert.throws(() => parseJson(nested(33)), { class: 'bad_json' })
  assert.throws(() => parseJson(nested(200_000)), { class: 'bad_json' })
  assert.throws(() => parseJson('{"a":'.repeat(40)), { class: 'bad_json' })
})

test('brackets within strings are no levels', () => {
  const text = JSON.stringify({ a: '['.repeat(100), '\\"[[[{': '\\', b: `"${'{'.repeat(100)}\\` })
  assert.deepEqual(parseJson(text), JSON.parse(text))
})

test('a key that could reach a prototype is refused, however it is spelled', () => {
  for (const text of ['{"__proto__":{}}', '[{"a":{"\\u005f_proto__":1}}]', '{"\\u005F\\u005Fpr\\u006fto__":1}']) {
    assert.throws(() => parseJson(text), { class: 'bad_json' }, text)
  }
  assert.deepEqual(parseJson('{"name":"__proto__"}'), { name: '__proto__' })
})

test('what is not JSON is refused', () => {
  for (const text of ['', '{', '<html>', '{"a":1}{"b":2}', "{'a':1}", '"', '{"a":"\\"}', 'NaN']) {
    assert.throws(() => parseJson(text), { class: 'bad_json' }, text)
  }
})
