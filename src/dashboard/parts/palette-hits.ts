import type { DeploymentStatus } from '../../schemas/deployments/deployment.ts'
import type { Verdict } from '../../schemas/health.ts'
import { isUp } from '../deployments/images.ts'
import { segment } from '../lib/access/api.ts'
import { serverAt } from '../lib/address/places.ts'
import { type DeploymentRow, type ServerRow, statusOf } from '../lib/data/rows.ts'
import type { Desk } from '../lib/desk.ts'
import type { IconName } from './icon.tsx'

interface Said {
  icon: IconName
  name: string
  where: string
  /** The first word that brings it up: what changes something is not to be met by chance. */
  asked?: string
}

/** A line of the palette: a place, or something to do. */
export type Hit = Said &
  (
    | { to: string; log: string; verdict: Verdict }
    | { to: string; log: string; status: DeploymentStatus }
    | { to: string }
    | { act: () => void }
  )

const VERBS = ['restart', 'stop', 'start'] as const

/** Everything that can be found, places first. */
export function hitsFor(desk: Desk): readonly Hit[] {
  const { servers, deployed, who } = desk
  return [
    ...servers.value.map(serverHit),
    ...deployed.value.map(deploymentHit),
    ...(who.mayChange() ? [invite, join] : []),
    ...servers.value.filter(() => who.mayChange()).map(silence),
    ...(who.mayRun() ? deployed.value.flatMap(actionsOn) : []),
    ...deployed.value.map(logOf),
    {
      icon: desk.theme.next(),
      name: `Switch theme to ${desk.theme.next()}`,
      where: 'this page',
      act: () => desk.theme.set(desk.theme.next())
    },
    ...(desk.session.token.value === undefined
      ? []
      : [{ icon: 'out' as const, name: 'Sign out', where: 'this page', act: desk.signOut }])
  ]
}

const invite: Hit = { icon: 'plus', name: 'Invite a server', where: 'make a token', to: '/servers?do=invite' }
const join: Hit = { icon: 'join', name: 'Join this server to another', where: 'with a token', to: '/servers?do=join' }

const serverHit = ({ name, self, verdict }: ServerRow): Hit => ({
  icon: 'servers',
  name,
  where: self ? 'this server' : 'server',
  to: serverAt(name),
  log: serverAt(name, 'events'),
  verdict
})

const placeOf = ({ server, deployment }: DeploymentRow) => `/deployments/${segment(server)}/${segment(deployment.name)}`

const deploymentHit = (row: DeploymentRow): Hit => ({
  icon: 'deployments',
  name: row.deployment.name,
  where: `on ${row.server}`,
  to: placeOf(row),
  log: `${placeOf(row)}?view=log`,
  status: statusOf(row)
})

const logOf = (row: DeploymentRow): Hit => ({
  icon: 'events',
  name: `Log of ${row.deployment.name}`,
  where: `on ${row.server}`,
  asked: 'log',
  to: `${placeOf(row)}?view=log`
})

const silence = ({ name }: ServerRow): Hit => ({
  icon: 'events',
  name: `Silence ${name}`,
  where: 'alerts',
  asked: 'silence',
  to: `/settings/alerts?silence=${encodeURIComponent(name)}`
})

/** What can be done with it now; its page asks before it does it. */
const actionsOn = (row: DeploymentRow): Hit[] => {
  if (row.old) return []
  const up = row.deployment.services.some(isUp)
  return VERBS.filter((verb) => (verb === 'start' ? row.deployment.status !== 'running' : up)).map((verb) => ({
    icon: verb,
    name: `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${row.deployment.name}`,
    where: `on ${row.server}`,
    asked: verb,
    to: `${placeOf(row)}?do=${verb}`
  }))
}
