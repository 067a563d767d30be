import type { AlertRules } from '../../schemas/alerts/alert-rules.ts'
import { parseDuration } from '../../schemas/duration.ts'
import { lasted, plain } from '../words.ts'
import type { ServerFacts } from './facts.ts'
import type { Finding, Memory } from './findings.ts'

/** What no server tells of another: FlatRun's agent behind it. */
export function flatrunOf({ id, flatrun }: ServerFacts, { flatrun: rule }: AlertRules): Finding[] {
  if (!rule.enabled || flatrun?.error === undefined) return []
  return [
    {
      key: `flatrun ${id}`,
      kind: 'flatrun',
      title: 'FlatRun’s agent cannot be used',
      detail: plain(flatrun.error),
      grave: true,
      holdMs: parseDuration(rule.for) ?? 0
    }
  ]
}

export function backupOf({ id, backupAt }: ServerFacts, { backup: rule }: AlertRules, { now }: Memory): Finding[] {
  if (!rule.enabled || backupAt === undefined || now - backupAt < (parseDuration(rule.older) ?? 0)) return []
  return [
    {
      key: `backup ${id}`,
      kind: 'backup',
      title: `the newest backup of the agent is ${lasted(now - backupAt)} old`,
      detail: 'Look at the timer that makes them',
      grave: false,
      holdMs: 0
    }
  ]
}
