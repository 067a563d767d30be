import '../styles/later.css'
import { useDesk } from '../lib/desk.ts'
import { DeploymentPage } from './deployment.tsx'
import { DeploymentList } from './list/list.tsx'

/** The deployments of all servers in one list, or the one that the address names. */
export function Deployments() {
  const { route } = useDesk()
  const [, server, name] = route.path.value
  if (server !== undefined && name !== undefined) return <DeploymentPage server={server} name={name} />
  return <DeploymentList />
}
