import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { type Config, ConfigFaults, loadConfig } from '../../src/config/config.ts'
import { allKeys } from '../../src/config/keys.ts'
import { configFile } from './world.ts'

const keys = allKeys().map(({ key }) => key)

/** Whatever is written: a config, or faults that all have a place. Never anything else, and never the secret. */
function judged(file: string, flags: Record<string, unknown> = {}): Config | ConfigFaults {
  try {
    return loadConfig({ file, env: {}, flags })
  } catch (error) {
    assert.ok(error instanceof ConfigFaults, String(error))
    for (const { place, message } of error.faults) assert.ok(place !== '' && message !== '')
    return error
  }
}

test('any text is a config or has faults', (t) => {
  const file = configFile(t, '')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.string({ unit: fc.constantFrom(...': -[]{}&*!|>#"\n\tab') })
      ),
      (text) => {
        writeFileSync(file, text)
        judged(file)
      }
    )
  )
})

test('any value at any key is taken or refused at that key', (t) => {
  const file = configFile(t, '')
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
      const written = key.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
      writeFileSync(file, stringify(written))
      const judgement = judged(file)
      if (!(judgement instanceof ConfigFaults)) return
      assert.ok(judgement.faults.every((fault) => fault.key.startsWith(key.split('.')[0] ?? '')))
      assert.ok(judgement.faults.every((fault) => /^config\.yml:\d+:\d+$/.test(fault.place)))
    })
  )
})

test('a secret is in no fault, in no note and in nothing that is shown, wherever it stands', (t) => {
  const file = configFile(t, '')
  const canary = 'canary-0123456789abcdef'
  const places = ['auth.jwt_secret', 'auth.api_keys']
  const around = fc.constantFrom<(secret: unknown) => unknown>(
    (secret) => secret,
    (secret) => [secret],
    (secret) => [secret, secret],
    (secret) => ({ key: secret }),
    (secret) => [{ key: secret }],
    (secret) => [{ key: secret, name: 7 }],
    (secret) => [{ name: 'x', kex: secret }],
    (secret) => [[secret]]
  )
  fc.assert(
    fc.property(fc.constantFrom(...places), around, around, (key, one, two) => {
      const judgement = judged(file, { [key]: one(two(canary)) })
      const shown = judgement instanceof ConfigFaults ? judgement.message : JSON.stringify(judgement.source)
      assert.doesNotMatch(shown, /canary/)
    })
  )
})
