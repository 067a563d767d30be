/**
 * Makes a release: `npm run release -- 1.2.0`. Sets the version, gives what is unreleased in the changelog its section,
 * commits both and tags the commit. Nothing is pushed and nothing published: the last lines say how.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { released } from './release/changelog.ts'

const version = process.argv[2] ?? ''
if (!/^\d+\.\d+\.\d+$/.test(version)) stop('Say which version: npm run release -- 1.2.0')
if (git('status', '--porcelain') !== '') stop('Commit or stash your changes first.')
if (git('tag', '--list', `v${version}`) !== '') stop(`v${version} exists already.`)

const changelog = released(readFileSync('CHANGELOG.md', 'utf8'), version, new Date().toISOString().slice(0, 10))
if (changelog === undefined) stop('CHANGELOG.md has nothing under Unreleased.')
writeFileSync('CHANGELOG.md', changelog ?? '')
run('npm', 'version', version, '--no-git-tag-version', '--allow-same-version')
// The versions to come are tried with this one.
run('npm', 'run', 'build')
run('sh', '-c', `"${process.execPath}" test/skew/make-released.ts dist > test/skew/released.br`)
git('commit', '--all', '--message', `release: ${version}`)
git('tag', '--annotate', `v${version}`, '--message', `flatrun-cluster ${version}`)
console.log(`v${version} is tagged. Next: git push --follow-tags, npm run package:npm, and
npm publish out/flatrun-cluster-${version}.tgz --provenance; npm run package:deb, and npm run package:apt -- --key FILE --url URL`)

function git(...words: string[]): string {
  return run('git', ...words)
}

function run(program: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' })
  if (status !== 0) stop(`${program} ${words[0]}: ${stderr}`)
  return stdout.trim()
}

function stop(why: string): never {
  console.error(why)
  process.exit(64)
}
