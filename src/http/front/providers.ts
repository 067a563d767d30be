import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { ProviderUnavailable } from '../../errors/requests.ts'
import { FlatRunUnclear } from '../../flatrun/faults.ts'
import { errorOf } from '../../flatrun/untyped.ts'
import { Providers } from '../../schemas/deployments/stats.ts'
import { operator, operatorOrPeer } from '../access/access.ts'
import { answers, type Routes } from '../routes/routes.ts'
import type { Services } from '../services.ts'
import type { Front } from './front.ts'

const Chosen = Type.Object({
  orchestrator: Type.String({ maxLength: 64, examples: ['standalone'] }),
  routing: Type.String({ maxLength: 64, examples: ['nginx'] })
})
type Chosen = Static<typeof Chosen>

const PATH = '/api/cluster/providers'

/**
 * What runs deployments and leads requests to them, as FlatRun's UI asks for it. FlatRun's agent has more than one of each:
 * behind this one it is asked, and without it there is no choice.
 */
export function providerRoutes(app: Routes, { front }: Pick<Services, 'front'>): void {
  app.get(
    PATH,
    {
      config: operatorOrPeer('cluster:read'),
      schema: { tags: ['this server'], summary: 'What runs deployments here', response: answers(Providers) }
    },
    async () => (front && (await toldBy(front))) ?? PROVIDERS
  )

  app.put(
    PATH,
    {
      config: operator('cluster:write'),
      schema: {
        tags: ['this server'],
        summary: 'Choose what runs deployments here: that is FlatRun’s agent’s, and without one there is no choice',
        body: Chosen,
        response: answers(Chosen)
      }
    },
    async ({ body }) => {
      if (!front) throw new ProviderUnavailable(ALONE)
      return chosenBy(front, body)
    }
  )
}

/** Undefined where it is an older one, which has no such route. */
async function toldBy({ agent, keys }: Front): Promise<Providers | undefined> {
  const { status, body } = await agent.ask({ path: PATH, token: keys.admin() })
  return status === 200 && Value.Check(Providers, body) ? body : undefined
}

async function chosenBy({ agent, keys }: Front, wanted: Chosen): Promise<Chosen> {
  const answer = await agent.ask({ method: 'PUT', path: PATH, token: keys.admin(), body: wanted })
  if (answer.status === 200 && Value.Check(Chosen, answer.body)) return answer.body
  const sentence = errorOf(answer)
  if (answer.status === 401 || sentence === undefined)
    throw new FlatRunUnclear(sentence ?? `it answered ${answer.status}`)
  throw new ProviderUnavailable(sentence.slice(0, 300))
}

const ALONE =
  'This agent runs deployments with compose alone and leads no requests to them, so there is nothing to choose; FlatRun’s agent can'
const ELSEWHERE = { active: false, available: false, reason: 'FlatRun’s agent has it; this one does not' }
const PROVIDERS = {
  orchestrators: [
    { id: 'standalone', active: true, available: true },
    { id: 'swarm', ...ELSEWHERE },
    { id: 'k3s', ...ELSEWHERE }
  ],
  routing: [
    { id: 'nginx', ...ELSEWHERE },
    { id: 'traefik', ...ELSEWHERE }
  ]
}
