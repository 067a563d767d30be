import type { Example } from './examples.ts'
import { AT, CARD, FINGERPRINT, NODE_2, PEER } from './sample.ts'

const INTRODUCTION = {
  id: 'd27d48259158970632a8ecf28e9a57ea5c56919a61060a64501e12bcac601f09',
  node_id: NODE_2,
  name: 'web-3',
  urls: ['https://web-3.example.org'],
  fingerprint: FINGERPRINT,
  introduced_by: 'web-2',
  state: 'offered',
  since: AT
}

const DIGEST = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'

/** Of the routes by which members come to know each other. */
export const INTRODUCTION_EXAMPLES: Readonly<Record<string, Example>> = {
  'PUT /api/cluster/peers/{name}/tags': {
    request: { tags: ['prod', 'eu'] },
    answer: { ...PEER, own_tags: ['prod', 'eu'] }
  },
  'POST /api/cluster/card': { request: CARD, answer: CARD },
  'POST /api/cluster/introductions': {
    request: { cards: [CARD], reason: 'an operator introduced them' },
    answer: { results: [{ node_id: NODE_2, state: 'refused', code: 'removed_here' }] }
  },
  'POST /api/cluster/opinion': { request: { about: NODE_2 }, answer: { opinion: 'down', class: 'timeout' } },
  'POST /api/cluster/told': {
    request: { target: DIGEST, incident: DIGEST },
    answer: { shares: true }
  },
  'GET /api/cluster/view': {
    answer: { peers: [{ node_id: NODE_2, name: 'web-2', state: 'online', latency_ms: 3.1, since: AT }] }
  },
  'GET /api/cluster/reachability': {
    answer: {
      nodes: ['web-1', 'web-2'],
      rows: {
        'web-1': { answered: true, sees: { 'web-2': { state: 'offline', scope: 'alone' } } },
        'web-2': { answered: false, error: '4 probes in a row failed: no answer in time', sees: {} }
      },
      asymmetric: [],
      islands: [['web-1'], ['web-2']]
    }
  },
  'GET /api/cluster/introductions': { answer: { introductions: [INTRODUCTION] } },
  'POST /api/cluster/introductions/{id}/accept': { answer: { ...INTRODUCTION, state: 'accepted', next_at: AT } },
  'POST /api/cluster/introductions/{id}/refuse': {
    answer: {
      ...INTRODUCTION,
      state: 'refused',
      code: 'removed_here',
      reason: 'an operator of this server refused it'
    }
  },
  'POST /api/cluster/withdraw': {
    request: { node_ids: [NODE_2], reason: 'removed from the whole cluster' },
    answer: { results: [{ node_id: NODE_2, state: 'suspended' }] }
  },
  'POST /api/cluster/peers/{name}/restore': { answer: PEER },
  'POST /api/cluster/introduce': {
    request: { names: ['web-2'] },
    answer: {
      introduced: ['web-2'],
      not_introduced: [{ name: 'panel', reason: 'plain FlatRun needs its own invite' }]
    }
  },
  'PUT /api/cluster/peers/{name}/introductions': {
    request: { policy: 'accept' },
    answer: { ...PEER, introductions: 'accept' }
  }
}
