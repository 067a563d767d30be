import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFolders } from '../../../src/local/disk/folders.ts'
import { folder, write } from '../folder.ts'

const COMPOSE = 'services:\n  web:\n    image: nginx:1.27\n'

async function read(root: string) {
  const { folders, error } = await createFolders({ root })()
  return { error, byName: new Map(folders.map((found) => [found.name, found])), names: folders.map(({ name }) => name) }
}

test('each folder with a compose file is a deployment, by name', async (t) => {
  const root = await folder(t, {
    'shop/docker-compose.yml': COMPOSE,
    'blog/compose.yaml': COMPOSE,
    'example.com/docker-compose.yaml': COMPOSE,
    'notes/readme.txt': 'no compose file',
    '.flatrun/compose.yml': COMPOSE,
    'compose.yml': COMPOSE
  })
  await mkdir(path.join(root, 'dir', 'compose.yml'), { recursive: true })

  assert.deepEqual((await read(root)).names, ['blog', 'example.com', 'shop'])
})

test("of several compose files compose's choice is used, and the others are named", async (t) => {
  const root = await folder(t, { 'a/docker-compose.yml': COMPOSE.replace('web', 'other'), 'a/compose.yaml': COMPOSE })
  const found = (await read(root)).byName.get('a')

  assert.deepEqual(found?.files, ['compose.yaml'])
  assert.deepEqual(found?.warnings, ['compose.yaml is used; docker-compose.yml beside it is not'])
  assert.equal(found?.services[0]?.name, 'web')
})

test('an override file is part of the project', async (t) => {
  const root = await folder(t, {
    'a/compose.yml': COMPOSE,
    'a/compose.override.yml': 'services: { web: { image: nginx:2 }, cache: { image: redis } }'
  })
  const found = (await read(root)).byName.get('a')

  assert.deepEqual(found?.files, ['compose.yml', 'compose.override.yml'])
  assert.deepEqual(
    found?.services.map(({ name, image }) => [name, image]),
    [
      ['web', 'nginx:2'],
      ['cache', 'redis']
    ]
  )
})

test('the project name comes from .env, then the file, then the folder', async (t) => {
  const root = await folder(t, {
    'a/compose.yml': `name: file\n${COMPOSE}`,
    'a/.env': 'COMPOSE_PROJECT_NAME=env\nSECRET=x',
    'b/compose.yml': `name: file\n${COMPOSE}`,
    'C.d/compose.yml': COMPOSE,
    'e/compose.yml': `name: \${STAGE}-shop\n${COMPOSE}`
  })
  const { byName } = await read(root)

  assert.deepEqual(
    ['a', 'b', 'C.d', 'e'].map((name) => byName.get(name)?.project),
    ['env', 'file', 'cd', 'shop']
  )
})

test('service.yml is the metadata, and infrastructure is left out', async (t) => {
  const root = await folder(t, {
    'a/compose.yml': COMPOSE,
    'a/service.yml': 'type: web\nnetworking: { domain: a.example }\n',
    'b/compose.yml': COMPOSE,
    'b/service.yml': 'a: [',
    'nginx/compose.yml': COMPOSE,
    'nginx/service.yml': 'type: infrastructure\n'
  })
  const { byName, names } = await read(root)

  assert.deepEqual(names, ['a', 'b'])
  assert.deepEqual(byName.get('a')?.metadata, { type: 'web', networking: { domain: 'a.example' } })
  assert.match(byName.get('b')?.warnings[0] ?? '', /^service.yml is not valid YAML at line 1/)
  assert.equal(byName.get('b')?.error, undefined)
})

test('what is wrong with one deployment is told there, and the others are listed', async (t) => {
  const outside = await folder(t, { 'compose.yml': COMPOSE, 'secret.yml': 'root: x' })
  const root = await folder(t, {
    'broken/compose.yml': 'services: [',
    'empty/compose.yml': '',
    'huge/compose.yml': `${COMPOSE}# ${'x'.repeat(5 * 1024 * 1024)}`,
    'binary/compose.yml': 'services:\n\0',
    'good/compose.yml': COMPOSE,
    'loopfile/x': ''
  })
  await mkdir(path.join(root, 'leak'))
  await mkdir(path.join(root, 'pipe'))
  await symlink(path.join(outside, 'secret.yml'), path.join(root, 'leak', 'compose.yml'))
  await symlink('compose.yml', path.join(root, 'loopfile', 'compose.yml'))
  await symlink(path.join(root, 'loop'), path.join(root, 'loop'))
  await symlink(outside, path.join(root, 'away'))
  await symlink('/nowhere/at/all', path.join(root, 'dangling'))
  await symlink('good', path.join(root, 'alias'))
  execFileSync('mkfifo', [path.join(root, 'pipe', 'compose.yml')])
  const { byName, names } = await read(root)

  const errors = Object.fromEntries(names.map((name) => [name, byName.get(name)?.error]))
  assert.deepEqual(errors, {
    alias: undefined,
    away: 'away is a link that leads out of deployments_path',
    binary: 'compose.yml is not UTF-8 text',
    broken: 'compose.yml is not valid YAML at line 1, column 12 (bad indent)',
    dangling: 'dangling is a link to nothing',
    empty: 'compose.yml is empty',
    good: undefined,
    huge: 'compose.yml is larger than 256 KiB',
    leak: 'compose.yml is a link that leads out of deployments_path',
    loop: 'loop is a loop of symbolic links',
    loopfile: 'compose.yml is a loop of symbolic links',
    pipe: 'compose.yml is not a regular file'
  })
  assert.equal(byName.get('good')?.services.length, 1)
})

test('a compose file is read again when it changes, and its folder forgotten when it is gone', async (t) => {
  const root = await folder(t, { 'a/compose.yml': COMPOSE })
  const readFolders = createFolders({ root })
  const images = async () => (await readFolders()).folders.map(({ services }) => services[0]?.image)

  assert.deepEqual(await images(), ['nginx:1.27'])
  await write(root, { 'a/compose.yml': COMPOSE.replace('1.27', '1.28') })
  assert.deepEqual(await images(), ['nginx:1.28'])
  await rm(path.join(root, 'a'), { recursive: true })
  assert.deepEqual(await images(), [])
})

test('a folder is told of before it is read, so that whoever watches it misses nothing', async (t) => {
  const root = await folder(t, { 'a/compose.yml': COMPOSE, 'notes/readme.txt': '' })
  const told: string[] = []
  const located = (real: string) => {
    told.push(path.basename(real))
    if (real.endsWith('a')) writeFileSync(path.join(real, 'compose.yml'), COMPOSE.replace('1.27', '1.28'))
  }
  const { folders, others } = await createFolders({ root, located })()

  assert.deepEqual(told.toSorted(), ['a', 'notes'])
  assert.equal(folders[0]?.services[0]?.image, 'nginx:1.28')
  assert.deepEqual(others, [path.join(root, 'notes')])
})

test('whatever changes a folder is seen by its next reading', async (t) => {
  const root = await folder(t, { 'a/compose.yml': `${COMPOSE}    env_file: [{ path: x.env, required: false }]\n` })
  const file = path.join(root, 'a', 'compose.yml')
  const readFolders = createFolders({ root })
  const said = async () => {
    const [found] = (await readFolders()).folders
    return found?.error ?? found?.services[0]?.image
  }
  const steps: [step: string, change: () => Promise<unknown>, then: string | undefined][] = [
    [
      'another text of the same size',
      () => write(root, { 'a/compose.yml': COMPOSE.replace('1.27', '1.29') }),
      'nginx:1.29'
    ],
    [
      'text that is not YAML',
      () => write(root, { 'a/compose.yml': 'services: [' }),
      'compose.yml is not valid YAML at line 1, column 12 (bad indent)'
    ],
    [
      'an include that is not there',
      () => write(root, { 'a/compose.yml': 'include: [more.yml]' }),
      'more.yml is not there'
    ],
    ['the included file', () => write(root, { 'a/more.yml': COMPOSE }), 'nginx:1.27'],
    ['a .env', () => write(root, { 'a/.env': 'COMPOSE_FILE=more.yml:none.yml' }), 'none.yml is not there'],
    ['a .env that is gone', () => rm(path.join(root, 'a', '.env')), 'nginx:1.27'],
    [
      'a link instead of the file',
      () => rename(file, path.join(root, 'a', 'own.txt')).then(() => symlink('own.txt', file)),
      'nginx:1.27'
    ],
    ['what the link leads to', () => write(root, { 'a/own.txt': COMPOSE.replace('1.27', '1.30') }), 'nginx:1.30'],
    ['no file', () => rm(file), undefined],
    ['a file again', () => write(root, { 'a/compose.yml': COMPOSE }), 'nginx:1.27']
  ]
  assert.equal(await said(), 'nginx:1.27')
  for (const [step, change, then] of steps) {
    await change()
    assert.equal(await said(), then, step)
  }
})

test('only the folders that are named are read again, also for what lies below them', async (t) => {
  const root = await folder(t, {
    'a/compose.yml': COMPOSE,
    'b/compose.yml': 'include: [sub/c.yml]\n',
    'b/sub/c.yml': COMPOSE
  })
  const readFolders = createFolders({ root })
  const images = async (...places: string[]) =>
    (await readFolders(new Set(places.map((place) => path.join(root, place))))).folders.map(
      ({ services }) => services[0]?.image
    )
  await readFolders()
  for (const file of ['a/compose.yml', 'b/sub/c.yml']) await write(root, { [file]: COMPOSE.replace('1.27', '1.28') })

  assert.deepEqual(await images('elsewhere'), ['nginx:1.27', 'nginx:1.27'])
  assert.deepEqual(await images('b/sub'), ['nginx:1.27', 'nginx:1.28'])
  assert.deepEqual(await images('a'), ['nginx:1.28', 'nginx:1.28'])
})

test('a deployments_path that cannot be listed is an empty list with its reason', async (t) => {
  const root = await folder(t, { file: '' })

  assert.equal((await read(path.join(root, 'none'))).error, 'deployments_path does not exist')
  assert.equal((await read(path.join(root, 'file'))).error, 'deployments_path is not a folder')
})

test('a deployments_path that is a link works as the folder itself', async (t: TestContext) => {
  const root = await folder(t, { 'real/a/compose.yml': COMPOSE })
  await symlink(path.join(root, 'real'), path.join(root, 'link'))

  const found = (await read(path.join(root, 'link'))).byName.get('a')
  assert.equal(found?.path, path.join(root, 'link', 'a'))
  assert.equal(found?.real, path.join(root, 'real', 'a'))
})
