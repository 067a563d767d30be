import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createCertificate } from '../../src/security/certificates/certificate.ts'
import { BARE } from '../bare.ts'
import { OPERATOR_KEY, startNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const PROGRAM = builtProgram()

async function run(words: string[], env: Record<string, string>, stdin = '') {
  const child = spawn(process.execPath, [PROGRAM, ...words], { env: { ...BARE, ...env } })
  child.stdin.end(stdin)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, out, err }
}

test('the process: a piped token, data on stdout alone, and the exit code', async (t) => {
  const node = await startNode(t, { name: 'web-1' })
  const env = { FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY, HOME: temporaryFolder(t) }
  const invite = await run(['invite'], env)
  assert.equal(invite.code, 0, invite.err)
  const shown = await run(['invite', 'show', '-', '--json'], env, invite.out)
  assert.equal(JSON.parse(shown.out).name, 'web-1')
  const wrong = await run(['invitee'], env)
  assert.deepEqual([wrong.code, wrong.out], [2, ''])
  assert.match(wrong.err, /Did you mean invite\?/)
})

test('an authority that the system believes is believed', async (t) => {
  const folder = temporaryFolder(t)
  const pair = createCertificate(['127.0.0.1'])
  const tls = { mode: 'files', cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem') }
  writeFileSync(tls.cert, pair.cert)
  writeFileSync(tls.key, pair.key)
  const node = await startNode(t, { config: { 'api.tls': tls } })
  const env = { FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY, HOME: folder }
  const foreign = await run(['health'], env)
  assert.equal(foreign.code, 3)
  assert.match(foreign.err, /has a certificate that is not trusted/)
  const known = await run(['health'], { ...env, SSL_CERT_FILE: tls.cert })
  assert.equal(known.code, 0, known.err)
})

test('a reader that has read enough is no fault', async (t) => {
  const node = await startNode(t)
  const env = { ...BARE, FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY, HOME: temporaryFolder(t) }
  const child = spawn(process.execPath, [PROGRAM, 'events', '--follow'], { env })
  const errors = text(child.stderr)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  await until(async () => {
    await node.call('POST', '/api/cluster/invite')
    return child.exitCode !== null || child.signalCode !== null
  }, 'the end of the command')
  assert.equal(child.exitCode, 0)
  assert.equal(await errors, '')
})

test('output that a full disk does not take is a fault, and said', { skip: !existsSync('/dev/full') }, async (t) => {
  const node = await startNode(t)
  const env = { ...BARE, FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY, HOME: temporaryFolder(t) }
  const full = async (words: string[]) => {
    const child = spawn('sh', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, PROGRAM, ...words], { env })
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    return { err, code }
  }
  for (const words of [['invite'], ['status', '--json']]) {
    const { code, err } = await full(words)
    assert.equal(code, 1, words.join(' '))
    assert.match(err, /Error: the output could not be written: ENOSPC/)
  }
  const backup = await full(['backup', '-', '--data-path', path.join(node.folder, 'data')])
  assert.equal(backup.code, 74)
  assert.match(backup.err, /stdout cannot be written: ENOSPC/)
})

test('SIGINT ends a command with 130', async (t) => {
  const node = await startNode(t)
  const env = { ...BARE, FLATRUN_URL: node.url, FLATRUN_TOKEN: OPERATOR_KEY, HOME: temporaryFolder(t) }
  const child = spawn(process.execPath, [PROGRAM, 'events', '--follow'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 130)
})

test('SIGINT ends waiting too', async (t) => {
  const env = { ...BARE, FLATRUN_URL: 'http://127.0.0.1:1', FLATRUN_TOKEN: 'x', HOME: temporaryFolder(t) }
  const child = spawn(process.execPath, [PROGRAM, 'wait', '--verbose'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  await once(child.stderr, 'data')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 130)
})

test('a first config is written, is right, and is never written over', async (t) => {
  const folder = temporaryFolder(t)
  const file = path.join(folder, 'config.yml')
  const words = ['init', file, '--yes', '--server-name', 'web-1', '--advertise-url', 'https://web-1.example.org']
  const made = await run(words, { HOME: folder })
  assert.equal(made.code, 0, made.err)
  assert.match(readFileSync(file, 'utf8'), /server_name: web-1/)
  assert.equal((await run(['config', 'check', file], { HOME: folder })).code, 0)
  const again = await run(words, { HOME: folder })
  assert.equal(again.code, 64)
  const wrong = await run(['init', path.join(folder, 'other.yml'), '--yes', '--server-name', 'no name'], {
    HOME: folder
  })
  assert.equal(wrong.code, 64)
  assert.match(wrong.err, /cluster\.server_name: /)
})

test('bash completes commands and flags', async (t) => {
  const folder = temporaryFolder(t)
  const program = path.join(folder, 'flatrun-cluster')
  writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`, { mode: 0o755 })
  const script = await run(['completion', 'bash'], { HOME: folder })
  writeFileSync(path.join(folder, 'completion'), script.out)
  const complete = (...typed: string[]) => {
    const line = typed.map((word) => `'${word}'`).join(' ')
    const code = `. ./completion; COMP_WORDS=(${line}); COMP_CWORD=${typed.length - 1}; _flatrun_cluster; printf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { ...BARE, PATH: `${folder}:${BARE.PATH}`, HOME: folder }
    return spawnSync('bash', ['-c', code], { cwd: folder, env, encoding: 'utf8' }).stdout.trim().split('\n')
  }
  assert.deepEqual(complete('flatrun-cluster', 'ev'), ['events'])
  assert.deepEqual(complete('flatrun-cluster', 'invite', 'sh'), ['show'])
  assert.deepEqual(complete('flatrun-cluster', 'config', 'ch'), ['check'])
  assert.deepEqual(complete('flatrun-cluster', 'events', '--fol'), ['--follow'])
  assert.ok(complete('flatrun-cluster', 'events', '--').includes('--json'))
})

test('commands of this machine have help too', async () => {
  for (const name of ['agent', 'init', 'config', 'service', 'backup', 'restore']) {
    const { code, out } = await run([name, '--help'], {})
    assert.equal(code, 0, name)
    assert.match(out, new RegExp(`^Usage: flatrun-cluster ${name} `))
  }
})
