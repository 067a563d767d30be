import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './world.ts'

// What FlatRun writes when it saves its settings: every section, empty texts, its own spelling of a day.
const FLATRUN = `
deployments_path: ~/flatrun/deployments
system_files_root: /
docker_socket: unix:///var/run/docker.sock
default_timeout: 0s
api:
    host: 0.0.0.0
    port: 8090
    enable_cors: true
    allowed_origins:
        - http://ui.example.org:5173
auth:
    enabled: true
    api_keys:
        - 4f1c0d6e2b8a47f09c35
    jwt_secret: 9d2f6c1be8a04375b1d4c7f0e6a85932
domain:
    default_domain: example.org
    subdomain_style: words
nginx:
    enabled: false
    image: nginx:alpine
certbot: {enabled: true, email: ops@example.org}
logging:
    level: info
    format: text
health:
    check_interval: 30s
    metrics_retention: 24h0m0s
infrastructure:
    database: {enabled: true, type: mysql, root_password: hunter2}
security: {enabled: true, scan_interval: 10s}
audit: {enabled: true}
cluster:
    enabled: true
    server_name: web-1
    advertise_url: http://192.0.2.10:8090/
    health_interval: ""
    request_timeout: ""
    orchestrator: ""
    routing: ""
    k3s: {kubeconfig: "", namespace: ""}
capacity: {offer_to_fleet: false}
cleanup: {timeout: 5m0s}
plans:
templates:
    sync_interval: 3600
`

test('FlatRun’s own config works as it is', (t) => {
  const config = load(t, FLATRUN, { HOME: '/home/ops' })
  assert.equal(config.deploymentsPath, '/home/ops/flatrun/deployments')
  assert.deepEqual(config.api.allowedOrigins, ['http://ui.example.org:5173'])
  assert.deepEqual(config.auth.apiKeys, [{ key: '4f1c0d6e2b8a47f09c35', name: 'key-1', scopes: ['read', 'write'] }])
  assert.deepEqual(config.auth.jwtSecrets, ['9d2f6c1be8a04375b1d4c7f0e6a85932'])
  assert.equal(config.logging.format, 'pretty')
  assert.equal(config.cluster.advertiseUrl, 'http://192.0.2.10:8090')
  assert.equal(config.cluster.healthIntervalMs, 30_000)
  assert.equal(config.cluster.requestTimeoutMs, 10_000)
})

test('what of it means nothing here is named in one note', (t) => {
  const { notes, file } = load(t, FLATRUN).source
  assert.deepEqual(notes, [
    `${file}: FlatRun's, and without meaning here: system_files_root, default_timeout, domain, nginx, certbot, health, infrastructure, security, audit, cluster.orchestrator, cluster.routing, cluster.k3s, capacity, cleanup, plans, templates`
  ])
})

test('yes, no, on and off are booleans, as Go reads them', (t) => {
  const { api, auth } = load(t, 'api: { enable_cors: yes, trust_proxy: on }\nauth: { enabled: Off }')
  assert.deepEqual([api.enableCors, api.trustProxy, auth.enabled], [true, true, false])
})

test('anchors and merges are read, and do not blow up', (t) => {
  const merged = load(t, 'api: &a { port: 1234 }\ncluster: &c { server_name: x }\nauth: { <<: { enabled: false } }')
  assert.equal(merged.api.port, 1234)
  assert.equal(merged.auth.enabled, false)
})

test('a secret that an example published, or that is short, is noted and never shown', (t) => {
  const example = load(t, 'auth: { jwt_secret: generate-a-secure-random-string-here, api_keys: [short] }').source.notes
  assert.match(example.join('\n'), /jwt_secret is the one of an example/)
  assert.match(example.join('\n'), /key of under 20 characters/)
  assert.doesNotMatch(example.join('\n'), /generate-a-secure|short\b/)
})
