/** Builds `out/flatrun-cluster_VERSION_ARCH.deb`: the same commit gives the same bytes. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { buildDeb } from './deb.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(import.meta.dirname, '..', '..', '..', 'out') },
    version: { type: 'string' },
    compression: { type: 'string', default: 'xz' }
  }
})
console.log(await buildDeb(values))
