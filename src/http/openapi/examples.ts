import { ALERT_EXAMPLES } from './alert-examples.ts'
import { DEPLOYMENT_EXAMPLES } from './deployment-examples.ts'
import { INSIGHT_EXAMPLES } from './insight-examples.ts'
import { INTRODUCTION_EXAMPLES } from './introduction-examples.ts'
import {
  AT,
  DEPLOYMENTS,
  FEATURES,
  FINGERPRINT,
  GRANTS,
  HISTORY,
  INVITE_ID,
  LATER,
  NODE_1,
  PEER,
  PEER_PAGE,
  STATS,
  TOKEN,
  USER,
  VERSION
} from './sample.ts'

/** What is sent, and what comes back. A test holds both against the schemas of the route. */
export interface Example {
  readonly request?: unknown
  readonly answer?: unknown
  /** What comes back when it is only begun. */
  readonly accepted?: unknown
}

const PERMISSIONS = ['cluster:read', 'cluster:write', 'deployments:read', 'deployments:write']
const STATUS = {
  enabled: true,
  server_name: 'web-1',
  peer_count: 1,
  version: VERSION,
  advertise_url: 'https://web-1.example.org'
}
const SERVER = { name: 'web-2', online: true, state: 'online' }

/** By method and path as the document writes them. A route without an entry fails test/http/openapi.test.ts. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  'GET /api/health': {
    answer: {
      status: 'healthy',
      agent: 'flatrun',
      version: { ...VERSION, version: '0.4.0' },
      agent_version: VERSION.version,
      name: 'web-1',
      node_id: NODE_1,
      features: FEATURES,
      time: AT
    }
  },
  'GET /api/setup/status': { answer: { initialized: true } },
  'GET /api/openapi.json': { answer: { openapi: '3.1.0' } },
  'GET /api/auth/status': { answer: { enabled: true } },
  'GET /api/auth/validate': { answer: { valid: true, message: 'Token is valid' } },
  'POST /api/auth/login': {
    request: { api_key: 'fr_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
    answer: {
      token: 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2VybmFtZSI6ImFkbWluIn0.c2lnbmF0dXJl',
      expires_in: 86_400,
      token_type: 'Bearer',
      user: USER,
      permissions: PERMISSIONS,
      deployments: []
    }
  },
  'DELETE /api/auth/session': { answer: { status: 'ended' } },
  'POST /api/auth/ticket': { answer: { ticket: 'Yk3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', expires_in: 600 } },
  'POST /api/inspector/ticket': {
    request: { peer: 'web-2' },
    answer: { ticket: 'Yk3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }
  },
  'GET /api/users/me': { answer: { user: USER, permissions: PERMISSIONS, deployments: [] } },

  'GET /api/cluster/status': {
    answer: { ...STATUS, node_id: NODE_1, fingerprint: FINGERPRINT, waiting: 0, peers: { online: 1 } }
  },
  'POST /api/cluster/setup': {
    request: { server_name: 'web-1', advertise_url: 'https://web-1.example.org' },
    answer: { ...STATUS, peer_count: 0 }
  },
  'GET /api/cluster/deployments': {
    answer: {
      servers: { 'web-2': { ...SERVER, data: DEPLOYMENTS.deployments, age_ms: 0 } },
      summary: { answered: 1, failed: 0, total: 1 }
    }
  },
  'GET /api/cluster/stats': {
    answer: {
      servers: { 'web-2': { ...SERVER, data: STATS, age_ms: 0 } },
      summary: { answered: 1, failed: 0, total: 1 }
    }
  },

  'GET /api/cluster/peers': { answer: { peers: [PEER] } },
  'GET /api/cluster/peers/{name}': { answer: PEER_PAGE },
  'GET /api/cluster/peers/{name}/history': { answer: HISTORY },
  'POST /api/cluster/peers/{name}/check': { answer: PEER_PAGE },
  'POST /api/cluster/peers/{name}/approve': { answer: PEER },
  'POST /api/cluster/peers/{name}/rotate': { answer: { status: 'rotated', peer: 'web-2' } },
  'POST /api/cluster/peers/{name}/move': { request: { url: PEER.url }, answer: PEER },
  'DELETE /api/cluster/peers/{name}': { answer: { status: 'removed', peer: 'web-2' } },
  'GET /api/cluster/peers/{name}/policy': { answer: { peer: 'web-2', grants: GRANTS } },
  'PUT /api/cluster/peers/{name}/policy': {
    request: { grants: [{ capability: 'fleet.read' }, { capability: 'deployments.read', deployments: ['shop'] }] },
    answer: {
      peer: 'web-2',
      grants: [{ capability: 'fleet.read' }, { capability: 'deployments.read', deployments: ['shop'] }]
    }
  },

  'POST /api/cluster/invite': {
    request: { expires_in: '30m', note: 'the new web server', expected_name: 'web-2' },
    answer: { invite_token: TOKEN, expires_at: LATER, id: INVITE_ID }
  },
  'GET /api/cluster/invites': {
    answer: {
      invites: [{ id: INVITE_ID, created_at: AT, expires_at: LATER, created_by: 'admin', note: 'the new web server' }]
    }
  },
  'DELETE /api/cluster/invites/{id}': { answer: { status: 'revoked' } },
  'POST /api/cluster/accept': {
    request: { invite_token: TOKEN },
    answer: {
      peer_name: 'web-1',
      peer_url: 'https://web-1.example.org',
      status: 'peered',
      transport: 'signed'
    }
  },
  'GET /api/cluster/reverse': { answer: {} },
  'POST /api/cluster/preflight': {
    request: { invite_token: TOKEN },
    answer: {
      ok: false,
      checks: [
        { name: 'reach', ok: true, detail: 'https://web-1.example.org answers' },
        {
          name: 'clock',
          ok: false,
          detail: 'the clocks differ by 180 s; set both by NTP'
        }
      ]
    }
  },
  'GET /api/cluster/joins': {
    answer: { joins: [{ id: INVITE_ID, state: 'asking', attempts: 1, expires_at: LATER }] }
  },
  'POST /api/cluster/exchange': {
    request: {
      invite_token: 'm0p2Yx9v3q1s5t7u9w1y3A5C7E9G1I3K5M7O9Q1S3U4=',
      url: 'https://web-2.example.org',
      api_key: 'kH8s0dJ2f4G6h8J0k2L4z6X8c0V2b4N6m8Q0w2E4r6T=',
      name: 'web-2'
    },
    answer: { api_key: 'pQ7w9eR1t3Y5u7I9o1P3a5S7d9F1g3H5j7K9l1Z3x5C=', name: 'web-1' }
  },
  'POST /api/cluster/confirm': { answer: { status: 'confirmed' } },
  'POST /api/cluster/leave': {
    request: { removed_by: 'admin on web-2', removed_at: AT },
    answer: { status: 'noted' }
  },
  'POST /api/cluster/rotate': {
    request: { key: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08', mutual: false },
    answer: { v: 1, kid: 'Q2xpZW50', enc: 'N_p7kQ3mV1wZ8yX0', ct: 'b2sgdGhlbg' }
  },
  'GET /api/audit': {
    answer: {
      entries: [
        {
          id: '000000000041',
          at: AT,
          who: 'operator admin',
          what: 'DELETE /api/cluster/peers/:name',
          target: 'web-2',
          from: '192.0.2.7',
          result: 200,
          request_id: NODE_1,
          times: 1
        }
      ]
    }
  },
  'GET /api/cluster/events': {
    answer: `id: 41\nevent: peer.state\ndata: {"id":41,"at":"${AT}","type":"peer.state","peer":"web-2","from":"suspect","to":"offline"}\n\n`
  },

  'GET /api/deployments': { answer: DEPLOYMENTS },
  ...ALERT_EXAMPLES,
  ...DEPLOYMENT_EXAMPLES,
  ...INSIGHT_EXAMPLES,
  ...INTRODUCTION_EXAMPLES,
  'GET /api/deployments/{name}/logs': { answer: 'shop-web-1 | ready to answer\n' },
  'POST /api/cluster/deployments/{name}/restart': {
    answer:
      '{"server":"web-1","state":"started"}\n{"server":"web-1","state":"done","duration_ms":1840}\n{"summary":{"done":1,"failed":0,"skipped":0,"total":1}}\n'
  },
  'GET /api/stats': { answer: STATS },
  'GET /metrics': { answer: 'flatrun_cluster_peers{state="online"} 3\n' }
}
