import '../../styles/later.css'
import { Introduced } from '../../joining/introduced.tsx'
import { InviteDialog } from '../../joining/invite.tsx'
import { OpenInvites } from '../../joining/invites.tsx'
import { JoinDialog } from '../../joining/join.tsx'
import { JoinsUnderWay } from '../../joining/joins.tsx'
import { RemoveDialog } from '../../joining/remove.tsx'
import { useDesk } from '../../lib/desk.ts'
import { FaultNotice } from '../../parts/failures/fault.tsx'
import { ReadOnly } from '../../parts/failures/read-only.tsx'
import { Icon } from '../../parts/icon.tsx'
import { FirstSteps } from '../first-steps.tsx'
import { UsageOfAll } from '../usage.tsx'
import { ServerPage } from './server.tsx'
import { ServerList } from './server-list.tsx'

/** All servers, or the one that the address names; inviting, joining and removing. */
export function Servers() {
  const { route } = useDesk()
  const name = route.path.value[1]
  const doing = route.param('do')
  const close = () => route.set({ do: undefined, name: undefined })
  return (
    <>
      {name === undefined ? <AllServers /> : <ServerPage name={name} />}
      {doing === 'invite' && <InviteDialog close={close} />}
      {doing === 'join' && <JoinDialog close={close} />}
      {doing === 'remove' && <RemoveDialog name={route.param('name')} close={close} />}
    </>
  )
}

function AllServers() {
  const { route, peers, who } = useDesk()
  const usage = route.param('view') === 'usage'
  return (
    <>
      <div class="head">
        <h1>Servers</h1>
        {!who.mayChange() && <ReadOnly />}
        <div class="acts" hidden={!who.mayChange()}>
          <button type="button" class="button" onClick={() => route.set({ do: 'join' })}>
            <Icon name="join" /> Join
          </button>
          <button type="button" class="button main" onClick={() => route.set({ do: 'invite' })}>
            <Icon name="plus" /> Invite
          </button>
        </div>
      </div>
      <nav class="tabs line" aria-label="Servers">
        <a href="/servers" aria-current={usage ? undefined : 'page'}>
          State
        </a>
        <a href="/servers?view=usage" aria-current={usage ? 'page' : undefined}>
          Usage
        </a>
      </nav>
      <FaultNotice of={peers} what="the list of servers" />
      {usage ? (
        <UsageOfAll />
      ) : (
        <>
          <ServerList />
          {peers.data.value?.length === 0 && <NoPeers />}
          <Introduced />
          <JoinsUnderWay />
          <OpenInvites />
        </>
      )}
    </>
  )
}

function NoPeers() {
  const { route } = useDesk()
  return (
    <>
      <div class="section">
        <h2>First steps</h2>
      </div>
      <FirstSteps />
      <div class="pair">
        <section>
          <h2>Invite a server</h2>
          <p class="soft">
            Make a token here, and paste it into the other server. It is good for one server and one hour.
          </p>
          <button type="button" class="button main" onClick={() => route.set({ do: 'invite' })}>
            Invite a server
          </button>
        </section>
        <section>
          <h2>Join with a token</h2>
          <p class="soft">
            The other server made one already? Paste it here. Both will then watch and show each other.
          </p>
          <button type="button" class="button" onClick={() => route.set({ do: 'join' })}>
            Join with a token
          </button>
        </section>
      </div>
    </>
  )
}
