/** Builds the dashboard into `dist/dashboard`: hashed assets beside their brotli and gzip forms, and a stamp of the sources. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { build } from 'vite'
import { dashboardStamp } from '../stamp.mjs'

const root = path.join(import.meta.dirname, '..', '..', '..')
const out = path.join(root, 'dist', 'dashboard')
const fresh = `${out}.${process.pid}`

await build({
  configFile: false,
  root: path.join(root, 'src', 'dashboard'),
  base: './',
  logLevel: 'warn',
  build: {
    outDir: fresh,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // How long a build took is no news for who starts the agent.
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: ['index.html', 'inspect.html'].map((page) => path.join(root, 'src', 'dashboard', page))
    }
  }
})
await compress(fresh)
await writeFile(path.join(fresh, '.built'), dashboardStamp(root))

// Two builds at once may meet here: whoever comes last stays, and nobody serves half a build.
await rm(out, { recursive: true, force: true })
await rename(fresh, out).catch(() => rm(fresh, { recursive: true, force: true }))

async function compress(folder: string) {
  const names = await readdir(folder, { recursive: true })
  const texts = names
    .filter((name) => /\.(js|css|html|svg|json|txt)$/.test(name))
    .map((name) => path.join(folder, name))
  await Promise.all(
    texts.map(async (file) => {
      const text = await readFile(file)
      const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }
      await writeFile(`${file}.br`, await promisify(brotliCompress)(text, brotli))
      await writeFile(`${file}.gz`, await promisify(gzip)(text, { level: 9 }))
    })
  )
}
