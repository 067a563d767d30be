import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { BARE } from '../bare.ts'
import { authorized, request, startNode, type TestNode, temporaryFolder, until } from '../daemon.ts'
import { builtProgram } from '../program.ts'

const PROGRAM = builtProgram()
const skip = spawnSync('script', ['--version']).status === 0 ? false : 'script (util-linux) is not here'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

/** A command as a person has it: at a terminal. */
function atTerminal(t: TestContext, words: readonly string[], cwd: string) {
  const line = [process.execPath, PROGRAM, ...words].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd,
    env: { ...BARE, HOME: cwd, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit']
  })
  t.after(() => child.kill('SIGKILL'))
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    seen += text
  })
  const ended = once(child, 'close').then(([code]) => code)
  return {
    /** Types this when the question has come. */
    async answers(question: string, typed: string) {
      await until(() => seen.includes(question), question)
      seen = seen.slice(seen.indexOf(question))
      child.stdin.write(typed)
    },
    ended,
    seen: () => seen
  }
}

/** The first one has made its own key, as an agent without a config does. */
async function joinBy(a: TestNode, b: TestNode) {
  const key = readFileSync(path.join(a.folder, 'data', 'admin.key'), 'utf8').trim()
  const { body } = await request(`${a.url}/api/cluster/invite`, { method: 'POST', headers: authorized(key) })
  assert.equal((await b.call('POST', '/api/cluster/accept', { invite_token: body.invite_token })).status, 200)
}

/** What is left of the output on the screen: what was written after the cursor went back and erased the line. */
const left = (seen: string) => seen.split('\u001b[0J').at(-1) ?? ''

test('a question stays beside what is typed, and what was typed counts', { skip }, async (t) => {
  const a = await startNode(t, { name: 'web-1', config: { 'auth.api_keys': [] } })
  const b = await startNode(t, { name: 'web-2' })
  await joinBy(a, b)
  const { answers, ended, seen } = atTerminal(t, ['remove', 'web-2'], a.folder)
  await answers('Type the name', 'web-')
  await until(() => seen().includes('web-'), 'the letters that were typed')
  assert.match(left(seen()), /Type the name of the peer to remove it: .*web-/)
  await answers('web-', '2\r')
  assert.equal(await ended, 0, seen())
  assert.match(seen(), /removed web-2/)
})

test('a question whose answer is hidden stays, and the answer is not shown', { skip }, async (t) => {
  const node = await startNode(t)
  const folder = temporaryFolder(t)
  const { answers, ended, seen } = atTerminal(t, ['login', '--url', node.url], folder)
  await answers('Key: ', 'a-secret-answer\r')
  assert.equal(await ended, 4)
  assert.match(left(seen()), /^Key: /)
  assert.doesNotMatch(seen(), /a-secret-answer/)
})

for (const [key, name, code, said] of [
  [CTRL_C, 'Ctrl-C', 130, /interrupted; nothing was done/],
  [CTRL_D, 'Ctrl-D', 1, /no answer was given; nothing was done/]
] as const) {
  for (const [words, question] of [
    [['init'], 'Name of this server'],
    [['login', '--url', 'http://127.0.0.1:1'], 'Key: '],
    [['join'], 'Token: ']
  ] as const) {
    test(`${name} at the question of ${words[0]} ends it with ${code} and a sentence`, { skip }, async (t) => {
      const { answers, ended, seen } = atTerminal(t, words, temporaryFolder(t))
      await answers(question, key)
      assert.equal(await ended, code, seen())
      assert.match(seen(), said)
      assert.doesNotMatch(seen(), /internal fault|^ {4}at /m)
    })
  }
}

test('what only root may do ends with 77 and a sentence', { skip: process.getuid?.() !== 0 && 'needs root' }, (t) => {
  const folder = temporaryFolder(t)
  chmodSync(folder, 0o755)
  const locked = path.join(folder, 'locked')
  mkdirSync(locked, { mode: 0o700 })
  writeFileSync(path.join(locked, 'config.yml'), '')
  for (const words of [
    ['init', path.join(locked, 'new', 'config.yml'), '--yes'],
    ['init', path.join(folder, 'config.yml'), '--yes'],
    ['backup', '/tmp/none.backup', '--data-path', locked],
    ['restore', path.join(locked, 'config.yml'), '--data-path', folder]
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
      uid: 65_534,
      gid: 65_534,
      cwd: folder,
      encoding: 'utf8',
      env: { ...BARE, HOME: folder }
    })
    assert.equal(status, 77, `${words.join(' ')}: ${stderr}`)
    assert.match(stderr, /this user may not use .*; run it again with sudo/)
    assert.doesNotMatch(stderr, /internal fault/)
  }
})
