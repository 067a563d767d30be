import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestartThere } from '../../../src/cluster/rollout/restart-there.ts'
import { createRollout, type RestartHere } from '../../../src/cluster/rollout/rollout.ts'
import { DEFAULT_DEADLINES } from '../../../src/remote/deadlines.ts'
import { RemoteFailure } from '../../../src/remote/failure.ts'
import type { Ask, RemoteAnswer } from '../../../src/remote/target.ts'
import type { PeerHealth, Verdict } from '../../../src/schemas/health.ts'

const NEVER = new AbortController().signal
const ORDER = { deployment: 'web', by: 'me', settleMs: 0 }

function peer(name: string, verdict: Verdict = 'online'): PeerHealth {
  return {
    id: name,
    name,
    url: '',
    verdict,
    since: 0,
    failures: 0,
    flapping: false,
    restarts: 0,
    features: [],
    evidence: []
  }
}

/** A rollout over servers that are restarted when the test says so. */
function world(peers: readonly PeerHealth[]) {
  const under = new Map<string, PromiseWithResolvers<string>>()
  const restart = (name: string): ReturnType<RestartHere> => {
    const work = Promise.withResolvers<string>()
    under.set(name, work)
    return work.promise
  }
  const rollout = createRollout({
    selfName: () => 'self',
    peers: () => peers,
    restartHere: () => restart('self'),
    restartThere: (id) => restart(id)
  })
  return { rollout, under }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('no more servers than allowed are at it at once', async () => {
  const { rollout, under } = world([peer('b'), peer('c')])
  const seen: string[] = []
  const done = (async () => {
    for await (const step of rollout({ ...ORDER, servers: ['self', 'b', 'c'], maxParallel: 2 }, NEVER)) {
      if ('server' in step) seen.push(`${step.server} ${step.state}`)
    }
  })()
  await settled()
  assert.deepEqual([...under.keys()], ['self', 'b'])
  under.get('b')?.resolve('')
  await settled()
  assert.deepEqual([...under.keys()], ['self', 'b', 'c'])
  under.get('c')?.resolve('')
  under.get('self')?.resolve('')
  await done
  assert.deepEqual(seen, ['self started', 'b started', 'b done', 'c started', 'c done', 'self done'])
})

test('when whoever asked has left, what was begun ends and nothing else is begun', async () => {
  const { rollout, under } = world([peer('b')])
  const leaving = new AbortController()
  const seen: string[] = []
  const done = (async () => {
    for await (const step of rollout({ ...ORDER, servers: ['self', 'b'], maxParallel: 1 }, leaving.signal)) {
      if ('server' in step) seen.push(`${step.server} ${step.state}`)
    }
  })()
  await settled()
  leaving.abort()
  under.get('self')?.resolve('')
  await done
  assert.deepEqual(seen, ['self started', 'self done', 'b skipped'])
})

test('a server that is no member, or known to be away, is told before anything is done', () => {
  const { rollout, under } = world([peer('b', 'offline')])
  const start = (...servers: string[]) => rollout({ ...ORDER, servers, maxParallel: 1 }, NEVER)
  assert.throws(() => start('self', 'nobody'), { statusCode: 404 })
  assert.throws(() => start('self', 'b'), { statusCode: 503, message: /^Peer "b" was not asked: / })
  assert.equal(under.size, 0)
})

/** A peer that answers in turn, the last answer again and again. */
function peerThat(answers: Record<string, [status: number, body: object][]>) {
  const asked: string[] = []
  const restart = createRestartThere({
    remote: {
      deadlines: DEFAULT_DEADLINES,
      request: async (_: unknown, { method = 'GET', path }: Ask): Promise<RemoteAnswer> => {
        const key = `${method} ${path}`
        asked.push(key)
        const left = answers[key] ?? []
        const [status, body] = (left.length > 1 ? left.shift() : left[0]) ?? [500, {}]
        if (status === 0) throw new RemoteFailure('reset', 'the connection was lost')
        return { status, headers: {}, text: JSON.stringify(body) }
      }
    },
    targetOf: () => ({ id: 'x', url: '', transport: 'insecure', pins: [] }),
    wait: async () => {}
  })
  return { restart: () => restart('x', ORDER, NEVER), asked }
}

const RESTART = 'POST /api/deployments/web/restart?wait=false'
const LOOK = 'GET /api/deployments/web'
const JOB = 'GET /api/deployments/web/jobs/j1'
const RUNS: [number, object] = [200, { deployment: { status: 'running' } }]

test('an agent that answers when it is done is believed', async () => {
  const { restart, asked } = peerThat({ [RESTART]: [[200, { output: 'all of it' }]], [LOOK]: [RUNS] })
  assert.equal(await restart(), 'all of it')
  assert.deepEqual(asked, [RESTART, LOOK])
})

test('an agent that answers with a job is asked until that ends, also after a bad moment', async () => {
  const { restart } = peerThat({
    [RESTART]: [[202, { job_id: 'j1' }]],
    [JOB]: [
      [200, { status: 'pending' }],
      [0, {}],
      [503, { error: 'in a moment' }],
      [200, { status: 'running' }],
      [200, { status: 'succeeded', output: 'by a job' }]
    ],
    [LOOK]: [RUNS]
  })
  assert.equal(await restart(), 'by a job')
})

test('what a peer says went wrong is what is told', async () => {
  const failing = peerThat({
    [RESTART]: [[202, { job_id: 'j1' }]],
    [JOB]: [[200, { status: 'failed', error: 'port is taken' }]]
  })
  await assert.rejects(failing.restart(), { message: 'port is taken' })
  const lost = peerThat({ [RESTART]: [[202, { job_id: 'j1' }]], [JOB]: [[0, {}]] })
  await assert.rejects(lost.restart(), { message: 'it was begun there, and then the server was lost sight of' })
  const busy = peerThat({ [RESTART]: [[409, { error: 'An action is already running for this deployment' }]] })
  await assert.rejects(busy.restart(), { message: 'An action is already running for this deployment' })
  const ill = peerThat({
    [RESTART]: [[200, {}]],
    [LOOK]: [[200, { deployment: { status: 'partial', status_reason: 'web exited with code 1' } }]]
  })
  await assert.rejects(ill.restart(), { message: 'it was restarted, and is partial: web exited with code 1' })
})
