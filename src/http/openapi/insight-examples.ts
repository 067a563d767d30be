const BEGIN = 1_795_564_800_000

/** Looking inside, and back. */
export const INSIGHT_EXAMPLES = {
  'GET /api/cluster/timeline': {
    answer: {
      rows: [
        {
          id: '0b0f5b1e-6a53-4d3c-9f43-5d1f4b0c2a10.e000000000042',
          at: '2026-11-25T08:00:31.512Z',
          first_at: '2026-11-25T08:00:31.498Z',
          server: 'web-2',
          node_id: '0b0f5b1e-6a53-4d3c-9f43-5d1f4b0c2a10',
          seen_by: ['web-2', 'web-1'],
          type: 'deployment.action',
          deployment: 'shop',
          by: 'operator admin on web-1',
          facts: { deployment: 'shop', action: 'restart', by: 'peer web-1', outcome: 'done', duration_ms: 1_840 },
          act: { what: 'POST /api/deployments/:name/restart', target: 'shop', result: 200, times: 1 }
        }
      ],
      servers: {
        'web-1': { name: 'web-1', answered: true, state: 'online', acts: 'all' },
        'web-2': { name: 'web-2', answered: true, state: 'online', acts: 'some', clock_offset_s: 2.4 },
        'web-3': {
          ...{ name: 'web-3', answered: false, state: 'offline', acts: 'none', code: 'refused' },
          error: 'offline since 2026-11-25T07:12:00Z: connection refused'
        }
      },
      next: '1795593631512~0b0f5b1e-6a53-4d3c-9f43-5d1f4b0c2a10.e000000000042'
    }
  },
  'GET /api/cluster/machines': {
    answer: {
      actors: [
        {
          id: '0b0f5b1e-6a53-4d3c-9f43-5d1f4b0c2a10',
          machine: 'peer',
          parent: 'supervisor',
          peer: 'web-2',
          status: 'active',
          states: ['probe.watching', 'health.online']
        }
      ],
      total: 1
    }
  },
  'GET /api/cluster/config': {
    answer: {
      file: '/etc/flatrun/config.yml',
      notes: [],
      settings: [{ key: 'cluster.health_interval', value: '30s', origin: 'default' }]
    }
  },
  'GET /api/stats/history': {
    answer: {
      range: 'hour',
      step_ms: 10_000,
      at: [BEGIN, BEGIN + 10_000],
      cpu: [12.5, 14],
      memory: [43, 43.1],
      disk: [51, 51],
      load: [0.7, 0.72]
    }
  },
  'GET /api/deployments/{name}/stats/history': {
    answer: {
      deployment: 'shop',
      range: 'hour',
      step_ms: 30_000,
      containers: [
        {
          ...{ name: 'shop-web-1', service: 'web', state: 'running', uptime_s: 86_400, restarts: 0 },
          at: [BEGIN, BEGIN + 30_000],
          cpu: [3.1, 2.9],
          memory: [52_428_800, 52_531_200],
          rx: [null, 1_204],
          tx: [null, 880],
          up: [100, 100],
          starts: [0, 0]
        }
      ]
    }
  }
}
