const BEGIN = 1_795_564_800_000

/** Looking inside. */
export const INSIGHT_EXAMPLES = {
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
  }
}
