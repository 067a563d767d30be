import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestartHere } from '../../../src/cluster/rollout/restart-here.ts'
import { createRestartThere } from '../../../src/cluster/rollout/restart-there.ts'
import { DEFAULT_DEADLINES } from '../../../src/remote/deadlines.ts'
import type { Deployment } from '../../../src/schemas/deployments/deployment.ts'

const NEVER = new AbortController().signal
const ORDER = { deployment: 'web', by: 'me', settleMs: 1 }

/** A deployment that runs, as it was seen at two looks. */
function looks(...starts: { started_at?: string; restart_count?: number }[]) {
  return starts.map((start): Deployment => {
    const service = { name: 'web', container_id: '', image: '', status: 'running', created_at: '', ...start }
    const empty = { name: 'web', path: '', created_at: '', updated_at: '' }
    return { ...empty, status: 'running', services: [service] }
  })
}

const SAME = { started_at: '2026-11-23T08:00:00Z', restart_count: 0 }
const LATER = { ...SAME, started_at: '2026-11-23T08:00:04Z' }
const COUNTED = { ...SAME, restart_count: 1 }

async function here(seen: Deployment[]) {
  const result = { message: '', name: 'web', output: 'done', action: 'restart' as const, job_id: '', duration_ms: 0 }
  const job = { id: '', deployment: 'web', action: 'restart' as const, by: '', status: 'running' as const, lines: [] }
  const begin = async () => ({
    job: { ...job, output: '', started_at: '' },
    result: Promise.resolve(result)
  })
  const restart = createRestartHere({
    local: { begin, deployment: async () => seen.shift() ?? assert.fail('looked at too often') }
  })
  return restart(ORDER, NEVER)
}

function there(seen: Deployment[]) {
  const answers = [{ output: 'done' }, ...seen.map((deployment) => ({ deployment }))]
  const restart = createRestartThere({
    remote: {
      deadlines: DEFAULT_DEADLINES,
      request: async () => ({ status: 200, headers: {}, text: JSON.stringify(answers.shift()) })
    },
    targetOf: () => ({ id: 'b', url: '', transport: 'insecure', pins: [] }),
    wait: async () => undefined
  })
  return restart('b', ORDER, NEVER)
}

for (const [where, restart] of [
  ['this server', here],
  ['a peer', there]
] as const) {
  test(`on ${where} a container that runs at both looks and was started between them is a failure`, async () => {
    const message = 'it was restarted, and web was started again since: it does not last'
    await assert.rejects(restart(looks(SAME, LATER)), { message })
    await assert.rejects(restart(looks(SAME, COUNTED)), { message })
  })

  test(`on ${where} one that was not, or of which nothing is told, is done`, async () => {
    assert.equal(await restart(looks(SAME, SAME)), 'done')
    assert.equal(await restart(looks({}, LATER)), 'done')
  })
}
