import { DeploymentTable } from '../../deployments/list/deployment-table.tsx'
import { useDesk } from '../../lib/desk.ts'

/** What one server runs, or ran when it answered last. */
export function ServerDeployments({ name }: { name: string }) {
  const { deployed, deployments } = useDesk()
  const rows = deployed.value.filter(({ server }) => server === name)
  if (deployments.data.value && rows.length === 0) {
    const slice = deployments.data.value.get(name)
    return (
      <div class="empty">
        <h2>{slice?.data === undefined ? 'It has not said what it runs' : 'It runs no deployments'}</h2>
        {slice?.error && <p class="foreign">{slice.error}</p>}
      </div>
    )
  }
  return <DeploymentTable items={rows.map((row) => ({ row }))} waiting={!deployments.data.value} />
}
