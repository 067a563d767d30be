import { DEFAULT_GRANTS } from '../../schemas/grant.ts'

/** The parts that examples share: two servers, web-1 which answers, and web-2 which is its peer. */
export const AT = '2026-11-23T08:15:30.123Z'
const SEEN = '2026-11-23T08:15:27.840Z'
const JOINED = '2026-11-20T17:02:11.004Z'
export const LATER = '2026-11-23T08:45:30.123Z'
export const NODE_1 = '01d61767-5a13-4991-9ee6-340095f1e438'
export const NODE_2 = '66fad223-318f-4fde-9264-0f163e16742e'
export const INVITE_ID = '348d5ae7-4e21-4057-8aa1-737c8c757076'
export const TOKEN = 'frc1.eyJ1cmxzIjpbImh0dHBzOi8vd2ViLTEuZXhhbXBsZS5vcmciXX0.a6CyTyu9'
export const FINGERPRINT = '9c1e-0b52-77d4-a3f8-5e20-c6b1-48fd-913a'
export const VERSION = { version: '0.1.0', build_time: '2026-11-23T00:00:00Z', git_commit: '0f3c1a9d2b4e' }
export const FEATURES = ['sealed-exchange', 'confirm', 'leave', 'rotate', 'signed-requests']
export const GRANTS = [...DEFAULT_GRANTS]
export const USER = {
  id: 1,
  uid: 'admin',
  username: 'admin',
  email: '',
  role: 'admin',
  is_active: true,
  created_at: '0001-01-01T00:00:00Z',
  last_login_at: '0001-01-01T00:00:00Z'
}

export const PEER = {
  name: 'web-2',
  url: 'https://web-2.example.org',
  online: true,
  last_seen: SEEN,
  id: 1,
  status: 'active',
  created_at: JOINED,
  last_seen_at: SEEN,
  peer_id: NODE_2,
  state: 'online',
  since: JOINED,
  transport: 'signed',
  reach: 'direct',
  reach_back: 'direct',
  features: FEATURES,
  version: '0.1.0',
  latency_ms: 20.7,
  failures: 0,
  flapping: false,
  restarts: 0,
  next_check_at: AT
}

export const CARD = {
  node_id: NODE_2,
  name: 'web-2',
  urls: ['https://web-2.example.org'],
  identity: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08',
  pins: [],
  features: FEATURES,
  reach: 'direct',
  tags: ['prod'],
  seq: 1_795_939_200
}

const CHECKS = [{ at: SEEN, ok: true, duration_ms: 20.7 }]
const TRANSITIONS = [{ at: JOINED, from: 'unknown', to: 'online', reason: 'It answered within 21 ms' }]
const FIGURES = { uptime_24h: 1, uptime_30d: 0.9994, p50_ms: 20.5, p99_ms: 34.5 }

export const PEER_PAGE = {
  ...PEER,
  evidence: [{ asked: 'GET /api/cluster/status', at: SEEN, ok: true, duration_ms: 20.7 }],
  checks: CHECKS,
  transitions: TRANSITIONS,
  ...FIGURES
}
export const HISTORY = { range: 'hour', checks: CHECKS, buckets: [], transitions: TRANSITIONS, ...FIGURES }

export const DEPLOYMENTS = {
  deployments: [
    {
      name: 'shop',
      path: '/srv/deployments/shop',
      status: 'running',
      created_at: JOINED,
      updated_at: JOINED,
      services: [
        {
          name: 'web',
          container_id: '4c01db0b339c',
          image: 'nginx:1.29',
          status: 'running',
          health: 'healthy',
          ports: ['0.0.0.0:8080->80/tcp'],
          created_at: JOINED
        }
      ]
    }
  ],
  path: '/srv/deployments',
  engine: { state: 'connected' }
}

const GIB = 1_073_741_824
export const STATS = {
  deployments: { total_deployments: 1, running: 1, stopped: 0, error: 0, unknown: 0, last_updated: AT },
  containers: { total: 1, running: 1, stopped: 0 },
  system: {
    cpu: { usage_percent: 15.7, cores: 4, window_seconds: 5 },
    memory: { total: 16 * GIB, used: 4 * GIB, free: 2 * GIB, available: 12 * GIB, usage_percent: 25 },
    disk: { total: 200 * GIB, used: 50 * GIB, free: 150 * GIB, usage_percent: 25, mount_point: '/' },
    uptime: 864_000,
    load_avg: { load1: 0.42, load5: 0.38, load15: 0.31 }
  }
}
