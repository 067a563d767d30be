import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type UnitOptions, unitFile } from '../../src/systemd/unit.ts'

const MOST = 1.3

const analyze = (words: string[]) => spawnSync('systemd-analyze', words, { encoding: 'utf8' })
const skip = analyze(['--version']).status === 0 ? false : 'systemd-analyze is not here'

const program = ['/bin/true']
const config = '/etc/flatrun-cluster/config.yml'

const UNITS: [name: string, options: UnitOptions][] = [
  ['as it is installed', { program, config }],
  ['with a socket that systemd opens', { program, config, opensFiles: true }],
  ['with the engine', { program, config, docker: true }],
  ['of the package, with deployments', { program, config, user: 'daemon', deployments: '/srv/deployments' }]
]

for (const [name, options] of UNITS)
  test(`the unit ${name} is exposed no more than ${MOST}, and is a correct unit`, { skip }, (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'unit-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = path.join(folder, 'flatrun-cluster.service')
    writeFileSync(file, unitFile(options))

    const { stdout, stderr } = analyze(['security', '--offline=yes', '--no-pager', file])
    const overall = /Overall exposure level for flatrun-cluster\.service: (\d+\.\d+)/.exec(stdout)
    assert.ok(overall, stderr)
    assert.ok(Number(overall[1]) <= MOST, `exposure ${overall[1]}`)

    const complaints = analyze(['verify', '--man=no', file])
      .stderr.split('\n')
      .filter((line) => line.includes(file))
    assert.deepEqual(
      complaints.filter((line) => !line.includes("Unknown key 'OpenFile'")),
      []
    )
  })

test('a path with a space, a percent sign or a dollar is one word to systemd', () => {
  const text = unitFile({ program: ['/opt/my agent/node', '/opt/100%/$x.js'], config: '/etc/a.yml' })
  assert.match(text, /^ExecStart="\/opt\/my agent\/node" \/opt\/100%%\/\$\$x\.js agent --config \/etc\/a\.yml$/m)
})
