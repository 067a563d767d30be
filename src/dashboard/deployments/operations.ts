import type { Deployment } from '../../schemas/deployments/deployment.ts'
import type { ContainerRange } from '../../schemas/deployments/usage.ts'
import { type Api, segment } from '../lib/access/api.ts'
import { Fault } from '../lib/access/fault.ts'
import { linesOf, messagesOf } from '../lib/data/lines.ts'
import { field, list, deployment as readDeployment, text } from '../lib/data/reading.ts'

/** Between two looks at a job. */
const LOOK_MS = 1_000

export type Action = 'start' | 'stop' | 'restart'

export interface LogLine {
  service: string
  stream: string
  at: string
  line: string
}

export type Operations = ReturnType<typeof operationsOn>

/** What can be done with one deployment: here, or through the proxy where it runs on a peer. Both have the same paths. */
export function operationsOn(api: Api, { self, server, name }: { self: string; server: string; name: string }) {
  const node = server === self ? '' : `/cluster/peers/${segment(server)}/proxy`
  const base = `${node}/deployments/${segment(name)}`

  return {
    async act(action: Action): Promise<void> {
      await api.post(`${base}/${action}`)
    },

    /** Begins it as a job of its server, and waits for its end. Agents without jobs answer when it is done. */
    async follow(action: Action): Promise<void> {
      const begun = await api.post(`${base}/${action}?wait=false`)
      const id = text(field(begun, 'job_id'))
      if (id === '') return
      for (;;) {
        const job = await api.get(`${base}/jobs/${segment(id)}`)
        const status = text(field(job, 'status'))
        if (status === 'failed') {
          throw new Fault(text(field(job, 'error')) || 'It failed there.', {
            status: 502,
            code: text(field(job, 'code'))
          })
        }
        if (status !== 'running') return
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      }
    },

    async look(signal: AbortSignal): Promise<Deployment> {
      const answer = await api.get(base, signal)
      return readDeployment(field(answer, 'deployment') ?? answer)
    },

    /** How each of its containers did. */
    containers: (range: ContainerRange, signal: AbortSignal): Promise<unknown> =>
      api.get(`${base}/stats/history?range=${range}`, signal),

    /** The compose file as it is written; what comes from `.env` is never put in. */
    async compose(signal: AbortSignal): Promise<string> {
      const response = await api.open(`${base}/compose`, { signal, accept: 'application/json, text/plain;q=0.9' })
      const body = await response.text()
      if (!response.headers.get('content-type')?.includes('json')) return body
      const answer: unknown = JSON.parse(body)
      return text(field(answer, 'content') ?? field(answer, 'compose'))
    },

    /** The newest lines, and then each as it is printed, until the signal ends it. */
    async *logs(ask: { tail: number; service: string; since: string }, signal: AbortSignal): AsyncGenerator<LogLine> {
      const query = new URLSearchParams({ tail: String(ask.tail), follow: 'true' })
      if (ask.service !== '') query.set('service', ask.service)
      if (ask.since !== '') query.set('since', ask.since)
      const response = await api.open(`${base}/logs?${query}`, {
        signal,
        accept: 'text/event-stream, text/plain;q=0.9'
      })
      if (!response.body) return
      const type = response.headers.get('content-type') ?? ''
      if (type.includes('event-stream')) {
        for await (const { event, data } of messagesOf(response.body)) {
          if (event === 'end') return
          if (event === 'error') throw new Fault(sentenceOf(data), { status: 502, code: 'log_cut' })
          if (event !== 'comment') yield lineOf(data)
        }
        return
      }
      if (type.includes('json')) {
        // Plain FlatRun, which does not follow.
        const answer: unknown = await response.json()
        const logs = field(answer, 'lines') ?? field(answer, 'logs')
        const lines = typeof logs === 'string' ? logs.split('\n') : list(logs)
        for (const line of lines) yield typeof line === 'string' ? plain(line) : fields(line)
        return
      }
      for await (const line of linesOf(response.body)) yield plain(line)
    }
  }
}

const plain = (line: string): LogLine => ({ service: '', stream: 'stdout', at: '', line })

const fields = (value: unknown): LogLine => ({
  service: text(field(value, 'service')),
  stream: text(field(value, 'stream')),
  at: text(field(value, 'at')),
  line: text(field(value, 'line'))
})

const sentenceOf = (data: string) => text(field(parsed(data), 'error')) || 'The log broke off.'

function lineOf(data: string): LogLine {
  const value = parsed(data)
  return typeof value === 'object' && value !== null ? fields(value) : plain(data)
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
