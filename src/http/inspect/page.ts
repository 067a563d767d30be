import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { InspectorNotBuilt } from '../../errors.ts'
import { anybody } from '../access/access.ts'
import { guardPages, TRUSTED_TYPES } from '../pages/guard.ts'

interface PageOptions {
  root: string
  inspectorUrl: string
  /** @throws InspectorOff */
  assertOn: () => void
}

/** The page that stands between this server and the inspector: the one page with a frame of somebody else's in it. */
export async function inspectPage(app: FastifyInstance, { root, inspectorUrl, assertOn }: PageOptions): Promise<void> {
  await guardPages(app, { ...TRUSTED_TYPES, frameSrc: [new URL(inspectorUrl).origin] })
  app.get('/inspect', { config: anybody }, (_, reply) => {
    assertOn()
    return reply.type('text/html; charset=utf-8').send(html())
  })

  function html(): string {
    try {
      const page = readFileSync(path.join(root, 'inspect.html'), 'utf8')
      const escaped = inspectorUrl.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`)
      return page.replace('</head>', () => `<meta name="inspector" content="${escaped}">\n</head>`)
    } catch (cause) {
      throw new InspectorNotBuilt({ cause })
    }
  }
}
