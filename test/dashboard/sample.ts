import { ago, deployment, type World } from './world.ts'

/** A cluster on an ordinary bad morning: most is well, one server is away, one is slow, one is nearly full. */
export function sampleWorld(now = Date.now()): World {
  const world: World = {
    self: 'frankfurt-1',
    enabled: true,
    key: 'operator-key',
    authEnabled: true,
    now,
    events: [],
    servers: [
      {
        name: 'frankfurt-1',
        verdict: 'online',
        load: [23, 61, 48],
        deployments: [
          deployment('website', ['nginx:1.29', 'ghcr.io/acme/site:2.14']),
          deployment('shop', ['ghcr.io/acme/shop:7.3.1', 'postgres:18', 'valkey/valkey:8']),
          deployment('matomo', ['matomo:5.5', 'mariadb:11']),
          deployment('gitea', ['gitea/gitea:1.25', 'postgres:18'])
        ]
      },
      {
        name: 'frankfurt-2',
        verdict: 'online',
        latencyMs: 3.1,
        load: [41, 72, 55],
        deployments: [
          deployment('website', ['nginx:1.29', 'ghcr.io/acme/site:2.14']),
          deployment('shop', ['ghcr.io/acme/shop:7.3.1', 'postgres:18', 'valkey/valkey:8']),
          deployment('mail', ['mailserver/docker-mailserver:15'], { status: 'running' }),
          deployment('queue', ['rabbitmq:4', 'ghcr.io/acme/worker:3.2'], { status: 'partial' })
        ]
      },
      {
        name: 'helsinki-1',
        verdict: 'online',
        latencyMs: 24,
        load: [9, 38, 93],
        deployments: [
          deployment('backup', ['restic/rest-server:0.14']),
          deployment('registry', ['registry:3', 'valkey/valkey:8']),
          deployment('old-shop', ['ghcr.io/acme/shop:5.0.2'], { status: 'stopped' })
        ]
      },
      {
        name: 'nuremberg-1',
        verdict: 'suspect',
        latencyMs: 48,
        sinceS: 6,
        error: 'no answer within 2 s',
        code: 'timeout',
        load: [77, 81, 44],
        version: '0.3.9',
        deployments: [
          deployment('grafana', ['grafana/grafana:12.2', 'prom/prometheus:v3.7']),
          deployment('uptime', ['louislam/uptime-kuma:2'])
        ]
      },
      {
        name: 'warsaw-1',
        verdict: 'offline',
        sinceS: 252,
        error: 'connection refused',
        code: 'refused',
        load: [18, 52, 61],
        deployments: [
          deployment('website', ['nginx:1.29', 'ghcr.io/acme/site:2.13']),
          deployment('wiki', ['requarks/wiki:2.5', 'postgres:17']),
          deployment('chat', ['mattermost/mattermost-team-edition:11.1', 'postgres:18'])
        ]
      },
      {
        name: 'home-nas',
        reach: 'reverse',
        verdict: 'online',
        latencyMs: 86,
        flapping: true,
        load: [4, 29, 77],
        deployments: [
          deployment('immich', ['ghcr.io/immich-app/immich-server:v2.3', 'valkey/valkey:8', 'postgres:17']),
          deployment('paperless', ['paperless-ngx:2.20', 'postgres:17'])
        ]
      }
    ]
  }
  const story = [
    [86_400 * 2, { type: 'node.started' }],
    [7400, { type: 'invite.created', reason: 'for home-nas, 1 hour' }],
    [7310, { type: 'peer.joined', peer: 'home-nas' }],
    [7308, { type: 'peer.confirmed', peer: 'home-nas' }],
    [3100, { type: 'peer.state', peer: 'home-nas', from: 'online', to: 'suspect', reason: 'no answer within 2 s' }],
    [3098, { type: 'peer.state', peer: 'home-nas', from: 'suspect', to: 'online' }],
    [1500, { type: 'peer.flapping', peer: 'home-nas', reason: '6 changes in 30 minutes' }],
    [640, { type: 'deployment.changed', peer: 'frankfurt-2', reason: 'queue: worker exited with 137' }],
    [270, { type: 'peer.state', peer: 'warsaw-1', from: 'online', to: 'suspect', reason: 'connection refused' }],
    [
      252,
      {
        type: 'peer.state',
        peer: 'warsaw-1',
        from: 'suspect',
        to: 'offline',
        reason: '4 probes in a row failed: connection refused'
      }
    ],
    [250, { type: 'alert.sent', peer: 'warsaw-1', reason: 'webhook on-call' }],
    [6, { type: 'peer.state', peer: 'nuremberg-1', from: 'online', to: 'suspect', reason: 'no answer within 2 s' }]
  ] as const
  world.events = story.map(([seconds, event], index) => ({ id: index + 1, at: ago(world, seconds), ...event }))
  return world
}
