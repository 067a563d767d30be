/**
 * Keeps a built program for the tests of the versions after it: `npm run release` runs it for the version that it makes. The
 * first one is that of the commit 6d6fbf6, which has the store of version 1: `npm run build` there, then
 * `node test/skew/make-released.ts DIST > test/skew/released.br` here. The dashboard and the pages of the API are left out.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const [dist = 'dist'] = process.argv.slice(2)
const names = ['main.js', 'parsing.js'].filter((name) => existsSync(path.join(dist, name)))
const files = Object.fromEntries(names.map((name) => [name, readFileSync(path.join(dist, name), 'utf8')]))
process.stdout.write(
  brotliCompressSync(JSON.stringify(files), {
    params: { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS }
  })
)
