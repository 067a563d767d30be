import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import { dashboardStamp, isBuilt } from '../stamp.mjs'

const root = path.join(import.meta.dirname, '..', '..', '..')
const packages = path.join(root, 'node_modules')

/** Files of packages that are served, as src/http/pages/docs.ts names them. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'].map((name) =>
  path.join('@fastify/swagger-ui/static', name)
)

/** What is looked for at run time, and done without where it is not found. */
const OPTIONAL = ['bun:sqlite', 'bufferutil', 'utf-8-validate', 'supports-color']

// `import.meta.dirname` and `__dirname` mean the bundle's folder after bundling; each file keeps the place it had.
const BANNER = `import { createRequire as __createRequire } from 'node:module'
import { join as __join } from 'node:path'
const require = __createRequire(import.meta.url)
const __root = __join(import.meta.dirname, '..', '..')`

/** They load an HTTP client of their own as soon as anybody looks at them: 14 MiB and a tenth of a second. */
const HEAVY = ['WebSocket', 'CloseEvent', 'MessageEvent']
/** An import of `node:http` looks at every name of it, so it is put in terms of the names that are cheap. */
const HTTP = `const http = process.getBuiltinModule('node:http')
export default http
export const { ${Object.keys(http)
  .filter((name) => !HEAVY.includes(name))
  .join(', ')} } = http`

const places: Plugin = {
  name: 'places',
  setup(bundler) {
    bundler.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'http', namespace: 'builtin' } : undefined
    )
    bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, () => ({ contents: HTTP }))
    // A driver that the store never asks for, since it brings its own; the package imports it all the same.
    bundler.onResolve({ filter: /^better-sqlite3$/ }, () => ({ path: 'better-sqlite3', namespace: 'absent' }))
    bundler.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export default undefined' }))
    bundler.onLoad({ filter: /[\\/](src|machines)[\\/].*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8')
      if (file.includes('node_modules') || !text.includes('import.meta.dirname')) return undefined
      const place = JSON.stringify(path.relative(root, path.dirname(file)))
      return { contents: text.replaceAll('import.meta.dirname', `__join(__root, ${place})`), loader: 'ts' }
    })
    bundler.onLoad({ filter: /node_modules[\\/].*\.c?js$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8')
      if (!/\b__(dirname|filename)\b/.test(text)) return undefined
      const name = path.join('dist', 'assets', path.relative(packages, file))
      return {
        contents: text
          .replaceAll(/\b__dirname\b/g, `__join(__root, ${JSON.stringify(path.dirname(name))})`)
          .replaceAll(/\b__filename\b/g, `__join(__root, ${JSON.stringify(name)})`),
        loader: 'js'
      }
    })
  }
}

/**
 * Builds what is shipped: the whole program without packages beside it, the dashboard, and the files that packages read
 * at run time. Gives the packages that went into it, by their folders. Bundled, because a package that is installed with
 * its dependencies is another program on each system, and nothing may be compiled where servers are run; in chunks,
 * because what a command or a start does not want need not be read.
 */
export async function bundle(out: string): Promise<string[]> {
  for (const old of ['assets', 'program', 'flatrun-cluster.js'])
    await rm(path.join(out, old), { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  const { metafile } = await build({
    entryPoints: { main: path.join(root, 'src', 'main.ts') },
    outdir: path.join(out, 'program'),
    splitting: true,
    chunkNames: '[name]-[hash]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    external: OPTIONAL,
    banner: { js: BANNER },
    plugins: [places],
    define: { __BUILD__: JSON.stringify(await provenance()), __PARSING_THREAD__: JSON.stringify('./parsing.cjs') },
    legalComments: 'none',
    // Not keepNames: it defines the name of every closure each time one is made, which halves what the proxy passes on.
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning'
  })
  await buildThread(path.join(out, 'program', 'parsing.cjs'))
  const program = path.join(out, 'flatrun-cluster.js')
  await cp(path.join(root, 'src', 'launcher.mjs'), program)
  await chmod(program, 0o755)
  const held = packagesOf(Object.keys(metafile.inputs))
  await writeFile(path.join(out, 'LICENSES.txt'), await licenses(held))
  for (const file of ASSETS) await cp(path.join(packages, file), path.join(out, 'assets', file))
  await dashboard(path.join(out, 'dashboard'))
  return held
}

/** One file, which a running agent keeps; in ASCII, so that it takes no more memory than disk. */
async function buildThread(outfile: string) {
  const entry = path.join(root, 'src', 'parsing', 'thread.ts')
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node22' },
    ...{ charset: 'ascii', legalComments: 'none', minifySyntax: true, minifyWhitespace: true, logLevel: 'warning' }
  })
}

async function dashboard(place: string) {
  const built = path.join(root, 'dist', 'dashboard')
  if (!isBuilt(built, dashboardStamp(root))) {
    const script = path.join(import.meta.dirname, 'dashboard.ts')
    const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' })
    if (status !== 0) throw new Error('the dashboard cannot be built')
  }
  if (place !== built) await cp(built, place, { recursive: true })
}

/** Where this build comes from: the same commit gives the same file. */
export async function provenance() {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
  const git = (...words: string[]) => spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct'))
  return {
    version,
    build_time: seconds > 0 ? new Date(seconds * 1_000).toISOString().replace('.000', '') : 'unknown',
    // An image is built without a history.
    git_commit: process.env.GIT_COMMIT || git('rev-parse', '--short=12', 'HEAD') || 'unknown'
  }
}

/** `node_modules/a/node_modules/@b/c` of a file inside that package; each once. */
function packagesOf(files: readonly string[]): string[] {
  const found = files.flatMap((file) => /^(?:.*node_modules\/)(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? [])
  return [...new Set(found)].toSorted()
}

/** The licenses of all that went into the bundle, each package once. */
async function licenses(held: readonly string[]) {
  const texts = await Promise.all(held.map(license))
  return texts.join(`\n${'-'.repeat(78)}\n`)
}

async function license(folder: string) {
  const place = path.join(root, folder)
  const { name, version, license: kind } = JSON.parse(await readFile(path.join(place, 'package.json'), 'utf8'))
  const tries = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License']
  const texts = await Promise.all(tries.map((file) => readFile(path.join(place, file), 'utf8').catch(() => '')))
  return `${name} ${version} (${kind})\n\n${texts.find(Boolean) ?? ''}`
}
