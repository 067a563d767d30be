/**
 * Many plain FlatRun peers in one process, each on a port of its own, each with 2 KiB of deployments.
 * Prints the port of its control: `GET /ports`, and `GET /hang?count=N`, which lets the first N answer nothing more.
 */
import http from 'node:http'

const count = Number(process.argv[2] ?? 100)
let hanging = 0

const deployment = (name: string) => ({
  name,
  path: `/srv/deployments/${name}`,
  status: 'running',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  services: [
    {
      name: 'app',
      container_id: 'c0ffee'.repeat(5),
      image: 'registry.example/app:1.2.3',
      status: 'running',
      created_at: '2026-01-01T00:00:00Z'
    }
  ]
})
const deployments = Buffer.from(
  JSON.stringify({
    deployments: Array.from({ length: 7 }, (_, at) => deployment(`app-${at}`)),
    path: '/srv/deployments'
  })
)
const health = Buffer.from('{"status":"healthy","agent":"flatrun","version":{"version":"0.4.0"}}')

const ports: number[] = []
for (let index = 0; index < count; index++) {
  const server = http.createServer((request, response) => {
    if (index < hanging) return
    const body = request.url === '/api/deployments' ? deployments : health
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  })
  server.keepAliveTimeout = 600_000
  ports.push(await listen(server))
}

const control = http.createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://control')
  if (url.pathname === '/hang') hanging = Number(url.searchParams.get('count'))
  response.end(JSON.stringify({ ports, bytes: deployments.length }))
})
console.log(await listen(control))

async function listen(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
