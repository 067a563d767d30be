import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { InspectorNotBuilt, InspectorOff } from '../../errors/inspector.ts'
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
  app.get('/inspect', { config: anybody }, ({ headers }, reply) => {
    try {
      assertOn()
    } catch (off) {
      // A person who follows a link gets a page; a program gets the same error as from every route.
      if (!(off instanceof InspectorOff) || !headers.accept?.includes('text/html')) throw off
      return reply.code(404).type('text/html; charset=utf-8').send(OFF.replace('WHY', off.message))
    }
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

const OFF = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Inspector · FlatRun cluster</title>
<h1>The inspector is off</h1>
<p>WHY.</p>
<p>The dashboard shows the same states <a href="diagnostics">under Diagnostics</a>.</p>
</html>
`
