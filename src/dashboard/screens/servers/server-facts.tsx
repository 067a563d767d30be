import type { PeerView } from '../../../schemas/peer.ts'
import { useDesk } from '../../lib/desk.ts'
import { longSpan } from '../../lib/words/amounts.ts'
import { exact, millis, wall } from '../../lib/words/format.ts'
import { Until } from '../../parts/ago.tsx'

/** What is known of a peer, in one row: since when, how fast, how it is reached, who it is. */
export function ServerFacts({ peer }: { peer: PeerView }) {
  const { now } = useDesk()
  const since = wall(peer.since)
  const next = wall(peer.next_check_at)
  const link = linkOf(peer.url)
  const way = wayOf(peer)
  return (
    <dl class="facts">
      <div>
        <dt>In this state for</dt>
        <dd title={since ? exact(since) : ''}>{since ? longSpan(now.value - since) : '–'}</dd>
      </div>
      <div>
        <dt>Latency</dt>
        <dd>{peer.online ? millis(peer.latency_ms) : '–'}</dd>
      </div>
      <div>
        <dt>Next check</dt>
        <dd>{next === undefined ? 'by hand' : <Until at={next} over="now" />}</dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd class="cut foreign">{peer.version ?? 'not told'}</dd>
      </div>
      <div>
        <dt>Connection</dt>
        <dd>{TRANSPORTS[peer.transport]}</dd>
      </div>
      {peer.introduced_by && (
        <div>
          <dt>Introduced by</dt>
          <dd class="cut foreign">{peer.introduced_by}</dd>
        </div>
      )}
      {peer.fingerprint && (
        <div class="long">
          <dt>Fingerprint</dt>
          <dd class="cut mono" title="Compare it with what that server shows under Settings">
            {peer.fingerprint}
          </dd>
        </div>
      )}
      <div class="long">
        <dt>Address</dt>
        <dd class="cut foreign mono" title={peer.url}>
          {link ? (
            <a class="link" href={link} target="_blank" rel="noreferrer">
              {peer.url}
            </a>
          ) : (
            peer.url || 'none'
          )}
        </dd>
      </div>
      {way && (
        <div class="long">
          <dt>Opened by</dt>
          <dd>{way}</dd>
        </div>
      )}
    </dl>
  )
}

const TRANSPORTS: Record<PeerView['transport'], string> = {
  insecure: 'plain http, insecure',
  signed: 'plain http, signed',
  tls: 'https',
  pinned: 'https, pinned'
}

/** A peer's address becomes a link only when it leads to a web page: never to a script. */
function linkOf(url: string): string | undefined {
  try {
    const { protocol, href } = new URL(url)
    return protocol === 'https:' || protocol === 'http:' ? href : undefined
  } catch {
    return undefined
  }
}

/** Who opens the connections, where it is not whoever asks. */
function wayOf({ reach, reach_back }: PeerView): string {
  const ways = [
    reach === 'reverse' && 'It cannot be dialled from here, and is asked over connections that it opens.',
    reach_back === 'reverse' && 'It cannot dial this server, which keeps connections open to it.'
  ]
  return ways.filter(Boolean).join(' ')
}
