import { Type } from 'typebox'
import { NoCallbackUrl } from '../../../errors/joining.ts'
import { Card } from '../../../schemas/joining/card.ts'
import { PeerView } from '../../../schemas/peer.ts'
import { operator, peerItself } from '../../access/access.ts'
import { peerOf } from '../../access/peer-caller.ts'
import type { Services } from '../../services.ts'
import { answers, NameParams, type Routes, whereEnabled } from '../routes.ts'

const SMALL = 16_384
const MoveRequest = Type.Object(
  {
    url: Type.Optional(
      Type.String({ minLength: 1, maxLength: 512, description: 'Where it is; default: where it calls from' })
    )
  },
  { additionalProperties: false }
)

/** Who members are, and where. */
export function identityRoutes(
  app: Routes,
  { self, cards, moving, membership }: Pick<Services, 'self' | 'cards' | 'moving' | 'membership'>
): void {
  whereEnabled(app, self)
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
      const { id } = peerOf(caller)
      // Its key alone could have been read on the way, and the card changed.
      const certain =
        signed?.bodyDigest !== undefined || protocol === 'https' || self.advertiseUrl().startsWith('https:')
      if (certain) await cards.take(id, body)
      const own = await cards.own()
      if (!own) throw new NoCallbackUrl()
      return own
    }
  )

  app.post(
    '/api/cluster/peers/:name/move',
    {
      config: operator('cluster:write'),
      preValidation: async (request) => {
        request.body ??= {}
      },
      schema: {
        ...schema,
        summary: 'Ask a peer at another address from now on, once it answers there with its keys',
        params: NameParams,
        body: MoveRequest,
        response: answers(PeerView)
      }
    },
    async ({ params, body }) => {
      const { name } = await moving.confirm(params.name, body.url)
      return membership.shown(name)
    }
  )
}
