import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnv } from '../../../src/local/compose/variables/env.ts'

type Row = [what: string, text: string, values: Record<string, string>]

const TABLE: Row[] = [
  ['nothing', '', {}],
  ['comments', '# a\n  # b\n\nA=1 # c\nB=2#3\nC= # d\n', { A: '1', B: '2#3', C: '# d' }],
  ['a byte order mark and Windows line ends', '\uFEFFA=1\r\nB=two\r\n', { A: '1', B: 'two' }],
  ['the YAML way', 'A: 1\nB : "two"\n', { A: '1', B: 'two' }],
  ['export', 'export A=1\n  export  B="2" # x\n', { A: '1', B: '2' }],
  ['spaces around', ' A = 1 2  \n', { A: '1 2' }],
  ['twice: the later one', 'A=1\nA=2\n', { A: '2' }],
  ['no line end', 'A=1\nB=2', { A: '1', B: '2' }],
  ['single quotes', `A='$B \\n # x' # y\nB='it\\'s'\n`, { A: '$B \\n # x', B: "it's" }],
  ['double quotes', 'A="a\\nb\\tc\\\\d\\"e"\n', { A: 'a\nb\tc\\d"e' }],
  [
    'several lines',
    'A="one\nCOMPOSE_PROJECT_NAME=no\nthree"\nB=4\n',
    { A: 'one\nCOMPOSE_PROJECT_NAME=no\nthree', B: '4' }
  ],
  ['variables', `A=1\nB=$A-\${A}-\${X:-x}-\${A:+y}\nC="$B"\n`, { A: '1', B: '1-1-x-y', C: '1-1-x-y' }],
  ['a dollar sign', `A=a$$b\nB="a\\$b"\nC='a$$b'\nD=$1\n`, { A: 'a$b', B: 'a$b', C: 'a$$b', D: '$1' }],
  ['a name that is only in the environment', 'HOME\nNOWHERE\nA=$HOME\n', { HOME: '/root', A: '/root' }],
  ['the environment before the file', 'HOME=/file\nA=$HOME\n', { HOME: '/file', A: '/root' }]
]

for (const [what, text, values] of TABLE) {
  test(`an env file with ${what}`, () => {
    const environment: Record<string, string> = { HOME: '/root' }
    assert.deepEqual(Object.fromEntries(parseEnv(text, (name) => environment[name])), values)
  })
}

for (const [what, text, message] of [
  ['a name with a space', 'A=1\nhunter2 B=2\n', 'has no name of a variable at line 2'],
  ['a name with a bang', 'hunter2!=1\n', 'has no name of a variable at line 1'],
  ['an open quote', 'A=1\n\nB="hunter2\n', 'has a quote that is never closed at line 3'],
  ['a required variable', `A=\${X:?hunter2}\n`, 'needs the variable X, which has no value: set it in .env at line 1'],
  [
    `a "\${" that is none`,
    `A=\${1}hunter2\n`,
    `has a "\${" that is no variable: write "$$" for a dollar sign at line 1`
  ]
] as const) {
  test(`an env file with ${what} has a fault that does not quote it`, () => {
    assert.throws(() => parseEnv(text), { name: 'Fault', message })
  })
}
