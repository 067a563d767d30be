import { AT, DEPLOYMENTS, INVITE_ID } from './sample.ts'

const [SHOP] = DEPLOYMENTS.deployments
const COMPOSE = 'services:\n  web:\n    image: nginx:1.27\n    ports: ["8080:80"]\n'
const OUTPUT = 'shop-web-1 stopped\nshop-web-1 started'
const FIGURES = {
  container_id: '4b1f0c6d2e3a',
  name: 'shop-web-1',
  deployment_name: 'shop',
  service: 'web',
  cpu_percent: 3.2,
  memory_usage: 52_428_800,
  memory_limit: 4_294_967_296,
  memory_percent: 1.22,
  network_rx: 1_048_576,
  network_tx: 524_288,
  block_read: 0,
  block_write: 4_096,
  pids: 5
}
const HOST = { cpu_cores: 4, cpu_usage_percent: 12.5, memory_total: 8_589_934_592, memory_available: 4_294_967_296 }
const OFFER = { enabled: false, reason: 'This agent places no workloads of other servers' }
const ACCEPTED = { job_id: INVITE_ID, deployment: 'shop', status: 'running' }

const ROLLOUT = {
  id: INVITE_ID,
  deployment: 'shop',
  by: 'operator admin',
  status: 'running',
  servers: [
    { server: 'web-1', state: 'done', detail: OUTPUT, duration_ms: 1_840 },
    { server: 'web-2', state: 'started' }
  ],
  started_at: AT
}

function change(action: string, message: string) {
  const result = { message, name: 'shop', output: OUTPUT, action, job_id: INVITE_ID, duration_ms: 1_840 }
  return { answer: { ...result, deployment: SHOP }, accepted: { ...ACCEPTED, action } }
}

/** What the deployments of a server are sent and answer with. */
export const DEPLOYMENT_EXAMPLES = {
  'GET /api/deployments/{name}': {
    answer: { deployment: SHOP, compose_content: COMPOSE, compose_filename: 'compose.yml' }
  },
  'GET /api/deployments/{name}/compose': {
    answer: { name: 'shop', content: COMPOSE, filename: 'compose.yml' }
  },
  'GET /api/deployments/{name}/stats': {
    answer: {
      deployment: 'shop',
      services: [FIGURES],
      summary: { cpu_percent: 3.2, memory_percent: 1.22, memory_usage: 52_428_800, memory_limit: 4_294_967_296 }
    }
  },
  'GET /api/deployments/{name}/services': {
    answer: { deployment: 'shop', services: SHOP?.services, items: SHOP?.services }
  },
  'GET /api/capacity': {
    answer: { host: HOST, policy: { allow_vertical: false, allow_horizontal: false }, offer: OFFER }
  },
  'POST /api/cluster/capacity/claim': { answer: { ...OFFER, host: HOST } },
  'GET /api/cluster/capacity': {
    answer: {
      servers: {
        'web-1': {
          name: 'web-1',
          online: true,
          state: 'online',
          age_ms: 0,
          data: { host: HOST, policy: { allow_vertical: false, allow_horizontal: false }, offer: OFFER }
        }
      },
      summary: { answered: 1, failed: 0, total: 1 }
    }
  },
  'GET /api/cluster/providers': {
    answer: {
      orchestrators: [{ id: 'standalone', active: true, available: true }],
      routing: [{ id: 'nginx', active: false, available: false, reason: 'FlatRun’s agent has it; this one does not' }]
    }
  },
  'PUT /api/cluster/providers': {
    request: { orchestrator: 'standalone', routing: 'nginx' },
    answer: { orchestrator: 'standalone', routing: 'nginx' }
  },
  'POST /api/deployments/{name}/start': change('start', 'Deployment started'),
  'POST /api/deployments/{name}/stop': change('stop', 'Deployment stopped'),
  'POST /api/deployments/{name}/restart': change('restart', 'Deployment restarted'),
  'GET /api/deployments/{name}/jobs/{job}': {
    answer: {
      id: INVITE_ID,
      deployment: 'shop',
      action: 'restart',
      status: 'succeeded',
      lines: OUTPUT.split('\n'),
      output: OUTPUT,
      by: 'operator admin',
      started_at: AT,
      finished_at: AT
    }
  },
  'GET /api/cluster/selection': { answer: { servers: ['web-1', 'web-2'] } },
  'POST /api/cluster/rollouts': { request: { deployment: 'shop', servers: ['web-1', 'web-2'] }, accepted: ROLLOUT },
  'GET /api/cluster/rollouts': { answer: { rollouts: [ROLLOUT] } },
  'GET /api/cluster/rollouts/{id}': { answer: ROLLOUT },
  'POST /api/cluster/rollouts/{id}/stop': { answer: { ...ROLLOUT, status: 'stopping', stopped_by: 'operator admin' } },
  'GET /api/containers': {
    answer: {
      containers: [
        {
          id: '4b1f0c6d2e3a',
          name: 'shop-web-1',
          image: 'nginx:1.27',
          state: 'running',
          status: 'Up 2 hours (healthy)',
          health: 'healthy',
          created_at: AT,
          ports: ['0.0.0.0:8080:80/tcp'],
          networks: ['shop_default'],
          project: 'shop',
          service: 'web',
          deployment: 'shop'
        }
      ]
    }
  },
  'GET /api/containers/stats': { answer: { stats: [FIGURES] } }
}
