import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readContainers } from '../../../src/local/engine/container.ts'
import { runningFiles } from '../../../src/local/listing/running-files.ts'
import { container, type FakeContainer } from '../fake-engine.ts'

const TABLE: [what: string, containers: Omit<FakeContainer, 'service'>[], files: string[] | undefined][] = [
  ['compose v2 notes whole paths', [{ files: '/srv/web/a.yml,/srv/web/b/c.yml' }], ['a.yml', 'b/c.yml']],
  ['compose v1 notes what it was given', [{ files: 'docker-compose.yml,./p.yml' }], ['docker-compose.yml', 'p.yml']],
  ['of another folder', [{ files: '/etc/compose/a.yml' }], ['../../etc/compose/a.yml']],
  [
    'the newest container, whatever the order',
    [
      { files: '/srv/web/old.yml', createdAt: 1 },
      { files: '/srv/web/new.yml', createdAt: 3 },
      { files: '/srv/web/older.yml', createdAt: 2 }
    ],
    ['new.yml']
  ],
  ['containers that do not say', [{}, { files: '' }], undefined],
  ['no container', [], undefined]
]

for (const [what, containers, files] of TABLE) {
  test(`the files of what runs: ${what}`, () => {
    const own = readContainers(containers.map((one) => container({ service: 'web', dir: '/srv/web', ...one })))
    assert.deepEqual(runningFiles(own), files)
  })
}
