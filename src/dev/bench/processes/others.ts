import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, type Processes, until } from './processes.ts'

/** Other people's proxies, where they are installed, with kept connections to the upstream and no access log. */
export async function startOthers(processes: Processes, upstreamPort: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'flatrun-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const found: { name: string; url: string; child: ChildProcess }[] = []

  async function start(
    name: string,
    version: string,
    config: (port: number) => string,
    args: (file: string) => string[]
  ) {
    if (spawnSync(name, [version]).status !== 0) return console.log(`${name} is not installed: left out`)
    const port = await freePort()
    const file = path.join(folder, `${name}.conf`)
    writeFileSync(file, config(port))
    const child = processes.start(name, args(file), { HOME: folder })
    child.stdout?.resume()
    const url = `http://127.0.0.1:${port}`
    const answers = () =>
      fetch(`${url}/api/health`).then(
        ({ ok }) => ok,
        () => false
      )
    await until(answers, `${name} answering`)
    found.push({ name, url, child })
  }

  mkdirSync(path.join(folder, 'temp'))
  await start(
    'nginx',
    '-v',
    (port) => nginxConfig(folder, port, upstreamPort),
    (file) => ['-p', folder, '-e', 'stderr', '-c', file]
  )
  await start(
    'caddy',
    'version',
    (port) => caddyConfig(port, upstreamPort),
    (file) => ['run', '--adapter', 'caddyfile', '--config', file]
  )
  return found
}

const nginxConfig = (folder: string, port: number, upstreamPort: string) => `
daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 10000000;
  client_body_temp_path ${folder}/temp; proxy_temp_path ${folder}/temp; fastcgi_temp_path ${folder}/temp;
  uwsgi_temp_path ${folder}/temp; scgi_temp_path ${folder}/temp;
  upstream peer { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://peer; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Authorization "Bearer key";
    }
  }
}
`

const caddyConfig = (port: number, upstreamPort: string) => `
{
  admin off
  auto_https off
  log {
    level ERROR
  }
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${upstreamPort} {
    header_up Authorization "Bearer key"
    transport http {
      keepalive_idle_conns_per_host 128
    }
  }
}
`
