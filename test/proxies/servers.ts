import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryFolder, until } from '../daemon.ts'

const docs = path.join(import.meta.dirname, '..', '..', 'docs', 'proxies')

/** A reverse proxy that runs the file of the docs: only addresses and certificates are changed. */
export interface ReverseProxy {
  readonly name: string
  readonly skip: string | false
  /** Serves `port`, in a folder such as `/flatrun` if it is given, and passes on to `upstream`; nginx ends what is silent for that long. */
  start(t: TestContext, port: number, upstream: number, below?: string, silence?: string): Promise<void>
}

export const nginx: ReverseProxy = {
  name: 'nginx',
  skip: missing('nginx', '-v'),
  async start(t, port, upstream, below, silence = '1h') {
    const folder = temporaryFolder(t)
    const site = changed('nginx.conf', [
      ['proxy_read_timeout 1h;', `proxy_read_timeout ${silence};`],
      ['listen 443 ssl;', `listen 127.0.0.1:${port};`],
      ['    ssl_certificate     /etc/ssl/web-1.example.org.pem;\n', ''],
      ['    ssl_certificate_key /etc/ssl/private/web-1.example.org.key;\n', ''],
      ['proxy_pass http://127.0.0.1:8090;', `proxy_pass http://127.0.0.1:${upstream}${below ? '/' : ''};`],
      ['    location / {', `    location ${below ?? ''}/ {`]
    ])
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join('\n')
    const file = path.join(folder, 'nginx.conf')
    writeFileSync(
      file,
      `daemon off;\nuser root;\npid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${places}\n${site}\n}\n`
    )
    await serve(t, 'nginx', ['-c', file, '-p', folder, '-e', path.join(folder, 'error.log')], port)
  }
}

export const caddy: ReverseProxy = {
  name: 'Caddy',
  skip: missing('caddy', 'version'),
  async start(t, port, upstream, below) {
    const folder = temporaryFolder(t)
    const handled = below ? `redir ${below} ${below}/\n\thandle_path ${below}/* {\n\t` : ''
    const site = changed('Caddyfile', [
      ['web-1.example.org {', `http://127.0.0.1:${port} {`],
      ['\treverse_proxy 127.0.0.1:8090', `\t${handled}reverse_proxy 127.0.0.1:${upstream}`]
    ])
    const file = path.join(folder, 'Caddyfile')
    writeFileSync(file, `{\n\tadmin off\n}\n${site}${below ? '}\n' : ''}`)
    await serve(t, 'caddy', ['run', '--adapter', 'caddyfile', '--config', file], port, folder)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function missing(program: string, word: string): string | false {
  return spawnSync(program, [word]).status === 0 ? false : `${program} is not here`
}

/** Each replacement has to find its text: otherwise the docs have changed and this test has not. */
function changed(name: string, changes: [from: string, to: string][]): string {
  return changes.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${name} has no ${from}`)
      return text.replace(from, to)
    },
    readFileSync(path.join(docs, name), 'utf8')
  )
}

async function serve(t: TestContext, program: string, words: string[], port: number, home = '/nonexistent') {
  const env = { PATH: process.env.PATH ?? '', HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home }
  const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const gone = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGTERM')
    await gone
  })
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`)
    return fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false
    )
  }, program)
}
