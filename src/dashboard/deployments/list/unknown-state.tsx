import type { DeploymentRow } from '../../lib/data/rows.ts'

/** Why the states of whole servers are not known, said once instead of in every row. */
export function UnknownState({ rows }: { rows: readonly DeploymentRow[] }) {
  const reasons = new Map<string, Set<string>>()
  for (const { server, deployment, old } of rows) {
    if (old || deployment.status !== 'unknown' || !deployment.status_reason) continue
    reasons.set(deployment.status_reason, (reasons.get(deployment.status_reason) ?? new Set()).add(server))
  }
  return [...reasons].slice(0, 3).map(([reason, servers]) => (
    <p class="notice" key={reason}>
      <strong class="foreign">{[...servers].slice(0, 4).join(', ')}</strong>
      <span class="foreign">{reason}</span>
      <span class="soft">What is on the disk is listed; whether it runs is not known.</span>
    </p>
  ))
}
