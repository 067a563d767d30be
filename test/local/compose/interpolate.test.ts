import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpolate } from '../../../src/local/compose/variables/interpolate.ts'

const VALUES: Record<string, string> = { A: 'a', EMPTY: '', B_1: 'b' }

for (const [text, result] of [
  ['plain', 'plain'],
  [`$A \${A} $B_1. \${a}`, 'a a b. '],
  [`$$A $\${A} $$$A`, `$A \${A} $a`],
  ['100$ $1 $', '100$ $1 $'],
  [`\${A:-x} \${NO:-x} \${EMPTY:-x} \${EMPTY-x} \${NO-x}`, 'a x x  x'],
  [`\${A:+x}|\${NO:+x}|\${EMPTY:+x}|\${EMPTY+x}`, 'x|||x'],
  [`\${A:?x} \${EMPTY?x}`, 'a '],
  [`\${NO:-\${NO:-$A}}-\${NO:-{"a":{}}}`, 'a-{"a":{}}'],
  [`\${NO:-a-b:-c}`, 'a-b:-c'],
  [`\${NO:-}`, ''],
  [`ä\${A}ö😀\${B_1}`, 'äaö😀b']
] as const) {
  test(`${text} becomes ${result}`, () => {
    assert.equal(
      interpolate(text, (name) => VALUES[name]),
      result
    )
  })
}

for (const text of [
  `\${NO:?why}`,
  `\${NO?why}`,
  `\${EMPTY:?why}`,
  `\${A:-\${NO?why}}`,
  `\${`,
  `\${A`,
  `\${}`,
  `\${1}`,
  `\${A b}`,
  `\${NO:-a\nb}`
]) {
  test(`${text} is a fault`, () => {
    assert.throws(() => interpolate(text, (name) => VALUES[name]), { name: 'Fault' })
  })
}
