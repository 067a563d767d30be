import assert from 'node:assert/strict'
import { test } from 'node:test'
import { released } from '../../src/dev/release/changelog.ts'

const HEAD = '# Changelog\n\n'

test('a release gives what is unreleased its section, and older ones stay', () => {
  const before = `${HEAD}## Unreleased\n\n- new\n\n## 0.1.0 - 2026-11-01\n\n- old\n`
  assert.equal(
    released(before, '0.2.0', '2026-12-01'),
    `${HEAD}## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n- new\n\n## 0.1.0 - 2026-11-01\n\n- old\n`
  )
})

test('the first release has no older one', () => {
  assert.equal(
    released(`${HEAD}## Unreleased\n\n- new\n`, '0.1.0', '2026-12-01'),
    `${HEAD}## Unreleased\n\n## 0.1.0 - 2026-12-01\n\n- new\n`
  )
})

test('nothing is released where nothing changed', () => {
  assert.equal(released(`${HEAD}## Unreleased\n\n## 0.1.0 - 2026-11-01\n\n- old\n`, '0.2.0', '2026-12-01'), undefined)
  assert.equal(released(HEAD, '0.2.0', '2026-12-01'), undefined)
})
