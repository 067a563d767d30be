import { useMemo } from 'preact/hooks'
import { ActButtons } from '../choosing/act-buttons.tsx'
import { segment } from '../lib/access/api.ts'
import { serverAt } from '../lib/address/places.ts'
import type { DeploymentRow } from '../lib/data/rows.ts'
import { useDesk } from '../lib/desk.ts'
import { wall } from '../lib/words/format.ts'
import { Ago, When } from '../parts/ago.tsx'
import { StatusMark } from '../parts/state.tsx'
import { ComposeFile } from './compose-file.tsx'
import { Elsewhere } from './elsewhere.tsx'
import { LogTail } from './log/log-tail.tsx'
import { operationsOn } from './operations.ts'
import { RestartEverywhere } from './rollout.tsx'
import { Services } from './service-table.tsx'
import { DeploymentUsage } from './usage/usage.tsx'

const VIEWS = [
  ['services', 'Services'],
  ['usage', 'Usage'],
  ['log', 'Log'],
  ['compose', 'Compose file']
] as const

/** One deployment on one server: what it consists of, its log, and on which other servers it runs. */
export function DeploymentPage({ server, name }: { server: string; name: string }) {
  const { api, self, deployed, deployments, route } = useDesk()
  const row = deployed.value.find((one) => one.server === server && one.deployment.name === name)
  const tools = useMemo(() => operationsOn(api, { self: self.value, server, name }), [self.value, server, name])
  if (!deployments.data.value) return <div class="late" aria-busy="true" />
  if (!row) {
    return (
      <div class="empty">
        <h2 class="foreign">
          {server} has no deployment named {name}
        </h2>
        <p class="foreign">{deployments.data.value.get(server)?.error ?? 'It may have been removed there.'}</p>
        <a class="button" href="/deployments">
          All deployments
        </a>
      </div>
    )
  }
  const view = route.param('view') || 'services'
  return (
    <>
      <Head row={row} tools={tools} />
      <div class="tabs line" role="group" aria-label="About this deployment">
        {VIEWS.map(([key, word]) => (
          <a
            key={key}
            href={`/deployments/${segment(server)}/${segment(name)}${key === 'services' ? '' : `?view=${key}`}`}
            aria-current={view === key ? 'page' : undefined}
          >
            {word}
          </a>
        ))}
      </div>
      {view === 'services' && (
        <>
          <Services services={row.deployment.services} old={row.old} />
          <Elsewhere row={row} />
          <RestartEverywhere row={row} />
        </>
      )}
      {view === 'usage' && <DeploymentUsage tools={tools} server={server} />}
      {view === 'log' && (
        <LogTail tools={tools} services={row.deployment.services.map(({ name }) => name)} away={row.old} />
      )}
      {view === 'compose' && <ComposeFile tools={tools} />}
    </>
  )
}

function Head({ row, tools }: { row: DeploymentRow; tools: ReturnType<typeof operationsOn> }) {
  const { deployment, server } = row
  return (
    <>
      <div class="head">
        <h1 class="cut foreign">{deployment.name}</h1>
        <StatusMark status={row.old ? 'unknown' : deployment.status} loud />
        <span class="soft">
          on{' '}
          <a class="link foreign" href={serverAt(server)}>
            {server}
          </a>
        </span>
        <ActButtons row={row} tools={tools} />
      </div>
      {row.old && (
        <p class="notice warn">
          <strong class="foreign">{server} does not answer.</strong>
          <span class="soft">
            This is what it said <Ago at={row.at} word=" ago" />.
          </span>
        </p>
      )}
      {(deployment.error ?? deployment.status_reason) && (
        <p class={`notice ${deployment.error ? 'bad' : 'warn'}`}>
          <span class="foreign">{deployment.error ?? deployment.status_reason}</span>
        </p>
      )}
      {deployment.warnings?.map((warning) => (
        <p class="notice warn foreign" key={warning}>
          {warning}
        </p>
      ))}
      <dl class="facts">
        <div class="long">
          <dt>Folder</dt>
          <dd class="mono foreign">{deployment.path || '–'}</dd>
        </div>
        <div>
          <dt>Changed</dt>
          <dd>
            <When at={wall(deployment.updated_at)} />
          </dd>
        </div>
      </dl>
    </>
  )
}
