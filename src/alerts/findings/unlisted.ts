import type { AlertRules } from '../../schemas/alerts/alert-rules.ts'
import { parseDuration } from '../../schemas/duration.ts'
import { plain } from '../words.ts'
import type { ServerFacts } from './facts.ts'
import type { Finding } from './findings.ts'

/** No deployment has an empty name. */
const keyOf = (id: string) => `deployment ${id} `

/** A server that cannot say what it runs: nobody knows whether anything is wrong there. */
export function unlistedOf({ id, unlisted }: ServerFacts, { deployment: rule }: AlertRules): Finding[] {
  if (!rule.enabled || unlisted === undefined) return []
  return [
    {
      key: keyOf(id),
      kind: 'deployment',
      title: 'its deployments cannot be listed',
      detail: plain(unlisted),
      grave: true,
      holdMs: parseDuration(rule.for) ?? 0
    }
  ]
}

export const isUnlisted = ({ key, server_id }: { key: string; server_id: string }) => key === keyOf(server_id)
