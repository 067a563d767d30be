/**
 * What holds of a peer that is dialled holds of one that dials: the suites of the proxy, WebSockets, aggregates, health
 * and key rotation once more, over connections that the peers open.
 */
process.env.FLATRUN_TEST_REACH = 'reverse'

for (const suite of [
  'http/proxy/bodies',
  'http/proxy/faults',
  'http/proxy/headers',
  'http/proxy/paths',
  'http/proxy/requests',
  'http/proxy/rights',
  'http/proxy/smuggling',
  'http/proxy/websockets',
  'http/aggregates',
  'cluster/aggregate/aggregate',
  'cluster/liveness/health',
  'cluster/membership/key-rotation-live'
])
  await import(`../../${suite}.test.ts`)
