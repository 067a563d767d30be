import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readContainers } from '../../../src/local/engine/container.ts'
import { negotiate } from '../../../src/local/engine/version.ts'
import { container } from '../fake-engine.ts'
import { differences } from './shape.ts'

const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'))

/** The recorded engine gives its containers the network of its host, so that they have neither ports nor networks. */
const NO_NETWORK = /\.Ports\[\]|\.Networks\./

test('a container of the fake engine has the keys of a recorded one, with the same kinds of values', () => {
  const fake = [container({ service: 'web', dir: '/srv', files: '/srv/compose.yaml' })]
  const [real] = [recorded('containers')].flat()
  assert.deepEqual(differences(fake, [real], NO_NETWORK), [])
  assert.deepEqual(differences([real], fake, /\.Labels\./), [])
})

test('what a real engine says of its containers is understood', () => {
  const facts = readContainers(recorded('containers')).map((one) => [
    one.service,
    one.state,
    one.exitCode,
    one.project,
    one.workingDir,
    one.configFiles.join(),
    one.dependsOn?.map(({ name, condition }) => `${name} ${condition}`).join(),
    one.oneOff
  ])
  const place = ['shop', '/srv/deployments/shop', '/srv/deployments/shop/compose.yaml'] as const
  assert.deepEqual(facts, [
    ['db', 'running', undefined, ...place, '', false],
    ['job', 'exited', 3, ...place, '', false],
    ['web', 'created', undefined, ...place, 'db service_healthy', false]
  ])
  assert.match(negotiate(recorded('version')), /^1\.\d+$/)
})
