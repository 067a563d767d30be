import type { Example } from './examples.ts'
import { AT, LATER } from './sample.ts'

const RULES = {
  disk: { enabled: true, over: 90, for: '5m' },
  backup: { enabled: true, older: '3d' }
}
const SILENCE = {
  id: '0c4b1e0a-33a1-4d52-9a40-6b5f0f7a4f10',
  server: 'web-2',
  since: AT,
  until: LATER,
  by: 'admin',
  reason: 'new memory',
  origin: 'operator'
}
const SETTINGS = { remind: '24h', targets: [{ type: 'slack', name: 'ops' }] }
const ALERTS = {
  delay: '2m',
  grace: '10m',
  remind: '24h',
  rules: RULES,
  maintenance: [{ days: ['sun'], from: '02:00', to: '04:30' }],
  heartbeat: { where: 'hc-ping.com', every: '5m' },
  targets: [
    { name: 'on-call', type: 'webhook', where: 'hooks.example.org', from: 'config', waiting: 0 },
    {
      name: 'ops',
      type: 'slack',
      where: 'hooks.slack.com',
      from: 'here',
      waiting: 1,
      failing_since: AT,
      error: 'It answered with status 404: no_service'
    }
  ],
  silences: [SILENCE],
  problems: [
    {
      kind: 'disk',
      server: 'web-2',
      title: 'disk 93 % full',
      detail: '4.2 GB free',
      since: AT,
      grave: false,
      told: true,
      silenced: true
    }
  ],
  deliveries: [
    { at: AT, target: 'on-call', ok: true, title: 'web-4 is down, says web-1', by: 'web-3' },
    { at: AT, target: 'on-call', ok: true, title: 'web-2: disk 93 % full' },
    {
      at: AT,
      target: 'ops',
      ok: false,
      title: 'web-2: disk 93 % full',
      error: 'It answered with status 404: no_service'
    }
  ],
  fixed: ['alerts.maintenance'],
  settings: SETTINGS
}

export const ALERT_EXAMPLES: Record<string, Example> = {
  'GET /api/alerts': { answer: ALERTS },
  'PUT /api/alerts': {
    request: {
      remind: '24h',
      targets: [{ type: 'slack', name: 'ops', url: 'https://hooks.slack.com/services/T000/B000/xxxx' }]
    },
    answer: ALERTS
  },
  'POST /api/alerts/test': {
    answer: {
      targets: [
        { target: 'on-call', ok: true },
        { target: 'email', ok: false, error: 'The mail server did not take it (EAUTH)' }
      ]
    }
  },
  'POST /api/alerts/silences': { request: { server: 'web-2', for: '2h', reason: 'new memory' }, answer: SILENCE },
  'POST /api/cluster/absence': {
    request: { why: 'maintenance', for_s: 7_200, reason: 'new memory' },
    answer: { status: 'noted' }
  },
  'DELETE /api/alerts/silences/{id}': { answer: { status: 'ended' } }
}
