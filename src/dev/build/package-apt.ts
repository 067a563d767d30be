/**
 * Puts the Debian packages of `out` into `out/apt`, a repository that any host of static files can serve:
 * `npm run package:apt -- --key SECRET-KEY.asc --url https://packages.example.org`. The same packages give the same bytes.
 */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildApt } from './apt.ts'
import { provenance } from './bundle.ts'

const shelf = path.join(import.meta.dirname, '..', '..', '..', 'out')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: path.join(shelf, 'apt') },
    key: { type: 'string' },
    url: { type: 'string' }
  }
})
const { out, key = '', url = '' } = values
if (!existsSync(key) || !/^https?:\/\//.test(url)) {
  console.error(`--key names the secret key that signs, --url where the repository will be. To make a key:
  gpg --batch --passphrase '' --quick-generate-key flatrun-cluster ed25519 sign never
  gpg --armor --export-secret-keys flatrun-cluster > secret-key.asc`)
  process.exit(64)
}
const built = existsSync(shelf) ? (await readdir(shelf)).filter((name) => name.endsWith('.deb')) : []
const packages = positionals.length > 0 ? positionals : built.map((name) => path.join(shelf, name))
const at = Date.parse((await provenance()).build_time) / 1_000
for (const file of await buildApt({ out, packages, key, url: url.replace(/\/+$/, ''), at }))
  console.log(path.join(out, file))
