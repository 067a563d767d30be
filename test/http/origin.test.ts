import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOwnOrigin } from '../../src/http/access/origin.ts'

const CASES: [origin: string, host: string, own: boolean][] = [
  ['https://web-1.example.org', 'web-1.example.org', true],
  ['https://web-1.example.org', 'web-1.example.org:443', true],
  ['http://web-1.example.org', 'web-1.example.org:80', true],
  ['https://web-1.example.org:8443', 'WEB-1.example.org:8443', true],
  ['http://[::1]:8090', '[::1]:8090', true],
  // Another port is another server.
  ['https://web-1.example.org:8443', 'web-1.example.org', false],
  ['https://web-1.example.org', 'web-1.example.org:8443', false],
  ['https://web-1.example.org', 'web-1.example.org:80', false],
  ['https://evil.example', 'web-1.example.org', false],
  ['https://web-1.example.org.evil.example', 'web-1.example.org', false],
  ['null', 'web-1.example.org', false],
  ['', '', false],
  ['file://', '', false]
]
for (const [origin, host, own] of CASES) {
  test(`a page of ${origin} that asks ${host} is ${own ? 'ours' : 'foreign'}`, () => {
    assert.equal(isOwnOrigin(origin, host), own)
  })
}
