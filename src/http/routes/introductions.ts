import { NoCallbackUrl, PermissionDenied } from '../../errors.ts'
import { Card } from '../../schemas/card.ts'
import { peerItself } from '../access/access.ts'
import type { Services } from '../services.ts'
import { answers, type Routes } from './routes.ts'

const SMALL = 16_384

/** Who members are, and whom they introduce. */
export function introductionRoutes(app: Routes, { self, cards }: Pick<Services, 'self' | 'cards'>): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (routeOptions.url) self.assertEnabled()
  })
  const schema = { tags: ['introductions'] }

  app.post(
    '/api/cluster/card',
    {
      config: peerItself,
      bodyLimit: SMALL,
      schema: {
        ...schema,
        summary: 'The card of the calling peer, answered with that of this server',
        body: Card,
        response: answers(Card)
      }
    },
    async ({ caller, body, signed, protocol }) => {
      if (caller.kind !== 'peer') throw new PermissionDenied('the key of a peer')
      // Its key alone could have been read on the way, and the card changed.
      const certain =
        signed?.bodyDigest !== undefined || protocol === 'https' || self.advertiseUrl().startsWith('https:')
      if (certain) await cards.take(caller.id, body)
      const own = await cards.own()
      if (!own) throw new NoCallbackUrl()
      return own
    }
  )
}
