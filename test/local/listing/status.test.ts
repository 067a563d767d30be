import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readContainers } from '../../../src/local/engine/container.ts'
import { statusOf } from '../../../src/local/listing/status.ts'
import { container } from '../fake-engine.ts'

type Row = [what: string, services: Record<string, [state: string, status?: string][]>, status: string, reason?: string]

const TABLE: Row[] = [
  ['no container at all', { web: [], db: [] }, 'stopped'],
  ['all running', { web: [['running']], db: [['running', 'Up 2 hours (healthy)']] }, 'running'],
  ['still starting', { web: [['running', 'Up 2 seconds (health: starting)']] }, 'running'],
  ['one without a container', { web: [['running']], db: [] }, 'partial', 'db has no container'],
  ['one behind a profile', { web: [['running']], 'debug?': [] }, 'running'],
  [
    'one that crashed',
    { web: [['running']], db: [['exited', 'Exited (1) 5 seconds ago']] },
    'partial',
    'db exited with code 1'
  ],
  ['a job that is done', { web: [['running']], migrate: [['exited', 'Exited (0) 1 hour ago']] }, 'running'],
  [
    'one killed beside others',
    { web: [['running']], db: [['exited', 'Exited (137) 1 hour ago']] },
    'partial',
    'db exited with code 137'
  ],
  ['one unhealthy', { web: [['running', 'Up 2 hours (unhealthy)']] }, 'partial', 'web is unhealthy'],
  ['one restarting beside others', { web: [['running']], db: [['restarting']] }, 'partial', 'db is restarting'],
  ['all restarting', { web: [['restarting', 'Restarting (1) 3 seconds ago']] }, 'error', 'web is restarting'],
  ['a dead one', { web: [['dead']] }, 'error', 'web is dead'],
  [
    'all stopped in order',
    { web: [['exited', 'Exited (143) 1 hour ago']], db: [['exited', 'Exited (0) 1 hour ago']] },
    'stopped'
  ],
  [
    'all stopped, one not in order',
    { web: [['exited', 'Exited (2) 1 hour ago']] },
    'stopped',
    'web exited with code 2'
  ],
  ['all paused', { web: [['paused', 'Up 2 hours (Paused)']] }, 'partial', 'web is paused'],
  ['one of three', { web3: [['running']] }, 'partial', 'web has 1 of 3 containers'],
  ['three of three', { web3: [['running'], ['running'], ['running']] }, 'running'],
  ['more than three', { web3: [['running'], ['running'], ['running'], ['running']] }, 'running'],
  ['a container that is left over', { web: [['running']], 'old*': [['exited', 'Exited (1) 1 hour ago']] }, 'running'],
  ['only a container that is left over', { web: [], 'old*': [['running']] }, 'stopped'],
  [
    "Podman's word for a job that is done",
    { web: [['running']], job: [['stopped', 'Exited (0) 1 second ago']] },
    'running'
  ],
  [
    'one that should last and has ended',
    { web: [['running']], 'db!': [['exited', 'Exited (0) 1 hour ago']] },
    'partial',
    'db is stopped'
  ],
  ['created and never started', { web: [['created', 'Created']] }, 'stopped'],
  ['one replica down', { web: [['running'], ['created', 'Created']] }, 'partial', 'web is not running']
]

for (const [what, services, status, reason] of TABLE) {
  test(`${what}: ${status}`, () => {
    const verdict = statusOf(
      Object.entries(services).map(([name, states]) => ({
        name: name.replace(/[?!*3]$/, ''),
        lasting: name.endsWith('!'),
        orphan: name.endsWith('*'),
        wanted: name.endsWith('?') ? 0 : name.endsWith('3') ? 3 : 1,
        containers: readContainers(
          states.map(([state, text]) => container({ service: name, state, status: text ?? '' }))
        )
      }))
    )
    assert.deepEqual(verdict, { status, ...(reason === undefined ? {} : { reason }) })
  })
}

test('ten complaints are cut to five', () => {
  const names = Array.from({ length: 10 }, (_, index) => `s${index}`)
  const { reason } = statusOf([
    {
      name: 'web',
      wanted: 1,
      orphan: false,
      lasting: false,
      containers: readContainers([container({ service: 'web' })])
    },
    ...names.map((name) => ({ name, wanted: 1, orphan: false, lasting: false, containers: [] }))
  ])
  assert.match(reason ?? '', /^s0 has no container, .*s4 has no container and 5 more$/)
})
