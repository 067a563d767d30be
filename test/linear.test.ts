import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unpainted } from '../src/dashboard/deployments/log/ansi.ts'
import { parseEnv } from '../src/local/compose/variables/env.ts'
import { readDocuments } from '../src/local/compose/yaml/document.ts'
import { literalSecrets } from '../src/local/operations/literal-secrets.ts'
import { createRedact } from '../src/local/operations/redact.ts'
import { parseJson } from '../src/remote/answers/json.ts'

/** Whatever reads a text that is not ours, by what it reads. */
const READERS: Record<string, (text: string) => unknown> = {
  'a .env': (text) => parseEnv(text),
  'secrets of a .env': (text) => createRedact([text])('a log line'),
  'the passwords that a compose file names': (text) =>
    literalSecrets(`services: { a: { command: ${JSON.stringify(text)} } }`),
  'a line of a log': unpainted,
  'a compose file': (text) => readDocuments(text),
  'a peer’s JSON': (text) => parseJson(text)
}

/** What a careless expression goes over again and again: a run, and an end that it does not expect. */
const RUNS = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '=',
  ':',
  '#',
  ' #',
  '"',
  "'",
  '\\',
  '\\"',
  '/',
  '-',
  '.',
  '$',
  '${',
  'a',
  '1',
  'a:\n',
  'a=b\n',
  '[',
  '{',
  '&a ',
  '*',
  '<<: ',
  '? ',
  '- ',
  '\u001b]',
  '\u001b[',
  '!',
  ','
]
const FRAMES: [before: string, after: string][] = [
  ['', 'x'],
  ['A=', 'x'],
  ['A="', 'x'],
  ['a: ', '!'],
  ['["', '"]']
]

for (const [what, read] of Object.entries(READERS)) {
  test(`four times as long a text costs about four times the work: ${what}`, () => {
    for (const run of RUNS) {
      for (const [before, after] of FRAMES) {
        const textOf = (length: number) => before + run.repeat(length / run.length) + after
        // So little says nothing of its growth: at this length a square is a tenth of a second, and seconds at four times.
        if (once(read, textOf(16_000)) < 60) continue
        if (once(read, textOf(64_000)) < 8 * once(read, textOf(16_000))) continue
        const [short, long] = [costOf(read, textOf(16_000)), costOf(read, textOf(64_000))]
        assert.ok(long / short < 12, `${JSON.stringify(before)}, many ${JSON.stringify(run)}: ${short} ms, ${long} ms`)
      }
    }
  })
}

/** The least of five: milliseconds of this process, whatever else the machine does. A square would be sixteen times as much. */
function costOf(read: (text: string) => unknown, text: string): number {
  return Math.min(...[1, 2, 3, 4, 5].map(() => once(read, text)))
}

function once(read: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage()
  try {
    read(text)
  } catch {
    // That it is refused is what other tests look at.
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
