import type { Clock } from '../../../machines/clock.ts'
import { systemClock } from '../../clock.ts'
import { createAskNode } from './ask-node.ts'
import { type AggregateQuery, createFanOut, type Entry, type FanOutOptions, type OwnPart } from './fan-out.ts'
import { createSingleflight } from './singleflight.ts'
import type { AggregateKind } from './splice-json.ts'

export type { AggregateKind, AggregateQuery, OwnPart }
export type Aggregator = ReturnType<typeof createAggregate>

/**
 * Asks all nodes the same question. Each has an entry in the answer, also when it failed, and no node delays the answer for long.
 * A caller with a part of its own gets this node's entry alone.
 */
export function createAggregate(options: FanOutOptions & { clock?: Clock }) {
  const timed = { ...options, clock: options.clock ?? systemClock }
  const asking = createAskNode(timed)
  const fanOut = createFanOut({ ...timed, asking })
  const share = createSingleflight<Buffer>()

  return {
    /** One peer, at any path. It waits for a slot, as aggregates do. */
    askPeer: asking.path,

    /** One text: `{"servers":{…},"summary":{…}}`. Identical calls under way share one fan-out, and its bytes. */
    ask(kind: AggregateKind, query: AggregateQuery, signal: AbortSignal, own?: OwnPart): Promise<Buffer> {
      if (own) return together(fanOut(kind, query, signal, own))
      return share(JSON.stringify([kind, query]), signal, (shared) => together(fanOut(kind, query, shared)))
    },

    /** Each node's entry as it comes, and then the summary. A consumer that stops ends the requests that are left. */
    async *stream(
      kind: AggregateKind,
      query: AggregateQuery,
      signal: AbortSignal,
      own?: OwnPart
    ): AsyncGenerator<string> {
      const leaving = new AbortController()
      const come: Entry[] = []
      let wake = () => {}
      try {
        const entries = fanOut(kind, query, AbortSignal.any([signal, leaving.signal]), own)
        for (const entry of entries) {
          entry.then((value) => {
            come.push(value)
            wake()
          })
        }
        for (let sent = 0; sent < entries.length; ) {
          const next = come[sent]
          if (next) {
            sent++
            // Line breaks of a peer's are whitespace between tokens, and would end the line.
            yield next.text.replace(/[\r\n]+/g, ' ')
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        }
        yield `{"summary":${summaryOf(come)}}`
      } finally {
        leaving.abort()
      }
    }
  }
}

async function together(coming: readonly Promise<Entry>[]): Promise<Buffer> {
  const entries = (await Promise.all(coming)).sort(byName)
  const servers = entries.map(({ name, text }) => `${JSON.stringify(name)}:${text}`)
  return Buffer.from(`{"servers":{${servers.join(',')}},"summary":${summaryOf(entries)}}`)
}

const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : 1)

function summaryOf(entries: readonly Entry[]): string {
  const answered = entries.filter((entry) => entry.answered).length
  return JSON.stringify({ answered, failed: entries.length - answered, total: entries.length })
}
