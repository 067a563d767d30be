import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { PeerView } from '../../schemas/peer.ts'
import type { Api } from '../lib/access/api.ts'
import type { Gate } from '../lib/access/gate.ts'
import { SignIn } from '../screens/sign-in.tsx'
import { createBridge, type Watched } from './bridge.ts'
import { Progress } from './progress.tsx'

interface InspectPageProps {
  api: Api
  gate: Gate
  page: Window
  inspectorUrl: string
}

/** Chooses what to watch, says where it goes, and holds the inspector's page. */
export function InspectPage({ api, gate, page, inspectorUrl }: InspectPageProps) {
  const frame = useRef<HTMLIFrameElement>(null)
  const bridge = useMemo(() => createBridge({ api, page, inspectorUrl, frame: () => frame.current }), [])
  const asked = new URLSearchParams(page.location.search)
  const kind = useSignal(asked.get('peer') ? 'peer' : asked.get('watch') === 'joins' ? 'joins' : 'all')
  const peer = useSignal(asked.get('peer') ?? '')
  const peers = useSignal<readonly string[]>([])
  const stage = bridge.stage.value

  useEffect(() => {
    if (gate.stage.value !== 'in') return
    api.get<{ peers: PeerView[] }>('/cluster/peers').then(
      (answer) => {
        peers.value = answer.peers.map(({ name }) => name)
      },
      // Without clustering there are no peers to choose from.
      () => {}
    )
  }, [gate.stage.value])

  if (gate.stage.value === 'sign-in') return <SignIn gate={gate} />
  if (gate.stage.value !== 'in') return null

  function watch(event: Event) {
    event.preventDefault()
    const watched: Watched =
      kind.value === 'peer' ? { peer: peer.value } : kind.value === 'joins' ? { joins: true } : {}
    const query = new URLSearchParams(
      kind.value === 'peer' ? { peer: peer.value } : kind.value === 'joins' ? { watch: 'joins' } : {}
    )
    page.history.replaceState(null, '', query.size > 0 ? `?${query}` : page.location.pathname)
    void bridge.watch(watched)
  }

  return (
    <main class="inspect">
      <header>
        <h1>Inspector</h1>
        <Choosing kind={kind} peer={peer} peers={peers.value} watch={watch} />
        <Progress bridge={bridge} />
        <p class="small soft">
          Names, addresses and states of your servers are shown to the page of <b>{new URL(inspectorUrl).host}</b> in
          this browser. Keys and tokens never are.{' '}
          <a class="link" href="/diagnostics">
            The page Diagnostics
          </a>{' '}
          shows the same without anybody else.
        </p>
      </header>
      {stage === 'before' ? (
        <p class="before soft">Choose what to watch. Nothing is sent anywhere before.</p>
      ) : (
        <iframe
          ref={frame}
          title="Stately inspector"
          sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads"
          referrerPolicy="no-referrer"
        />
      )}
    </main>
  )
}

/** What is to be watched: everything, one peer, or the joins. */
function Choosing(props: {
  kind: Signal<string>
  peer: Signal<string>
  peers: readonly string[]
  watch: (event: Event) => void
}) {
  const { kind, peer, peers, watch } = props
  return (
    <form class="row" onSubmit={watch}>
      <select
        class="input"
        aria-label="Watch"
        value={kind.value}
        onChange={(event) => {
          kind.value = event.currentTarget.value
        }}
      >
        <option value="all">Everything</option>
        <option value="peer">One peer</option>
        <option value="joins">Joins</option>
      </select>
      {kind.value === 'peer' && (
        <>
          <input
            class="input"
            aria-label="Peer"
            list="peers"
            placeholder="Name of the peer"
            required
            value={peer.value}
            onInput={(event) => {
              peer.value = event.currentTarget.value
            }}
          />
          <datalist id="peers">
            {peers.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
      <button type="submit" class="button main">
        Watch
      </button>
    </form>
  )
}
