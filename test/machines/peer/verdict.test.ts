import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_RULE } from '../../../machines/peer/rule.ts'
import { decide, type Finding, NOTHING_YET, type Tally, untilNext, weigh } from '../../../machines/peer/verdict.ts'
import type { Verdict } from '../../../src/schemas/health.ts'
import { bad, good } from '../../cluster/world.ts'

const FINDINGS: Record<string, Finding> = {
  ok: { answer: good(), doubted: false, due: true },
  gone: { answer: bad('refused'), doubted: false, due: true },
  slow: { answer: bad('timeout'), doubted: false, due: true },
  'gone?': { answer: bad('refused'), doubted: true, due: true },
  'gone, asked': { answer: bad('refused'), doubted: false, due: false },
  'ok, asked': { answer: good(), doubted: false, due: false },
  no: { answer: bad('key_refused'), doubted: false, due: true },
  clock: { answer: bad('clock_skew'), doubted: false, due: true },
  html: { answer: bad('not_agent'), doubted: false, due: true },
  big: { answer: bad('too_large'), doubted: false, due: true },
  ended: { answer: bad('aborted'), doubted: false, due: true },
  bug: { answer: bad('internal'), doubted: false, due: true }
}

/** From a verdict, through what was found one after the other, to the verdicts that followed. */
const TABLE: [from: Verdict, found: string, verdicts: string][] = [
  ['unknown', 'ok', 'online'],
  ['unknown', 'gone gone gone gone', 'unknown unknown unknown offline'],
  ['unknown', 'no no', 'unknown rejected'],
  ['unknown', 'html html html html', 'unknown unknown unknown incompatible'],
  ['online', 'gone gone gone gone', 'suspect suspect suspect offline'],
  ['online', 'gone slow gone slow', 'suspect suspect suspect offline'],
  ['online', 'gone gone gone ok', 'suspect suspect suspect online'],
  ['online', 'gone ok gone gone gone gone', 'suspect online suspect suspect suspect offline'],
  ['online', 'no no', 'suspect rejected'],
  ['online', 'no gone no no', 'suspect suspect suspect rejected'],
  ['online', 'gone gone gone html', 'suspect suspect suspect incompatible'],
  ['online', 'gone gone gone no', 'suspect suspect suspect suspect'],
  ['online', 'gone gone gone no no', 'suspect suspect suspect suspect rejected'],
  ['online', 'html big html big', 'suspect suspect suspect incompatible'],
  ['online', 'ended ended ended ended ended', 'online online online online online'],
  ['online', 'gone?', 'online'],
  ['online', 'gone? gone?', 'online suspect'],
  ['online', 'gone? ok gone?', 'online online online'],
  [
    'online',
    'gone? gone? gone? gone? gone? gone? gone? gone?',
    'online suspect suspect suspect suspect suspect suspect offline'
  ],
  ['online', 'bug bug bug', 'online suspect suspect'],
  ['online', 'gone,asked gone,asked gone,asked gone,asked gone', 'suspect suspect suspect suspect suspect'],
  ['suspect', 'ok,asked', 'online'],
  ['online', 'clock clock', 'suspect skewed'],
  ['unknown', 'clock clock', 'unknown skewed'],
  ['online', 'clock ok clock', 'suspect online suspect'],
  ['skewed', 'ok', 'online'],
  ['skewed', 'gone gone gone gone', 'skewed skewed skewed offline'],
  ['skewed', 'no no', 'skewed rejected'],
  ['rejected', 'clock clock', 'rejected skewed'],
  ['offline', 'ok ok', 'offline online'],
  ['offline', 'ok gone ok gone', 'offline offline offline offline'],
  ['offline', 'no no', 'offline rejected'],
  ['offline', 'html html html html', 'offline offline offline incompatible'],
  ['offline', 'html gone html gone html gone', 'offline offline offline offline offline offline'],
  ['rejected', 'ok ok', 'rejected online'],
  ['rejected', 'gone gone gone gone', 'rejected rejected rejected offline'],
  ['incompatible', 'ok ok', 'incompatible online'],
  ['pending', 'ok gone gone gone gone no no', 'pending pending pending pending pending pending pending'],
  ['removed', 'ok ok', 'removed removed']
]

for (const [from, found, expected] of TABLE) {
  test(`${from}, then ${found}: ${expected}`, () => {
    let tally: Tally = NOTHING_YET
    let verdict = from
    const verdicts = found.split(' ').map((word) => {
      const finding = FINDINGS[word] ?? FINDINGS[word.replace(',', ', ')]
      assert.ok(finding, word)
      tally = weigh(tally, finding)
      verdict = decide(verdict, tally, DEFAULT_RULE)
      return verdict
    })
    assert.equal(verdicts.join(' '), expected)
  })
}

test('a settled failure stays what it is until enough failures of another kind came in a row', () => {
  const offline: Tally = { ...NOTHING_YET, failures: 9, kind: 'silent', sameKind: 9 }
  const once = weigh(offline, FINDINGS.no!)
  assert.equal(decide('offline', once, DEFAULT_RULE), 'offline')
  assert.equal(decide('offline', weigh(once, FINDINGS.no!), DEFAULT_RULE), 'rejected')
})

const DELAYS: [verdict: Verdict, tally: Partial<Tally>, delayMs: number][] = [
  ['online', { successes: 3 }, 30_000],
  ['online', { doubted: true }, 2_000],
  ['unknown', {}, 30_000],
  ['suspect', { failures: 1 }, 2_000],
  ['suspect', { failures: 2 }, 5_000],
  ['suspect', { failures: 3 }, 10_000],
  ['unknown', { failures: 3 }, 10_000],
  ['suspect', { failures: 4 }, 30_000],
  ['offline', { failures: 4 }, 30_000],
  ['offline', { failures: 400 }, 30_000],
  ['offline', { successes: 1 }, 2_000],
  ['incompatible', { failures: 4 }, 30_000],
  ['rejected', { failures: 2 }, 300_000],
  ['skewed', { failures: 2 }, 30_000],
  ['skewed', { failures: 20 }, 30_000],
  ['rejected', { successes: 1 }, 2_000],
  ['pending', { failures: 1 }, 30_000]
]

for (const [verdict, part, delayMs] of DELAYS) {
  test(`${verdict} with ${JSON.stringify(part)} is asked again after ${delayMs} ms, a tenth more or less`, () => {
    const tally = { ...NOTHING_YET, ...part }
    assert.equal(untilNext(verdict, tally, DEFAULT_RULE, 0.5), delayMs)
    assert.equal(Math.round(untilNext(verdict, tally, DEFAULT_RULE, 0)), delayMs * 0.9)
    assert.equal(Math.round(untilNext(verdict, tally, DEFAULT_RULE, 1)), delayMs * 1.1)
  })
}
