import { readFileSync } from 'node:fs'
import path from 'node:path'
import { InspectorNotBuilt } from '../../errors.ts'

/** The page that stands between this server and the inspector: what it holds, and what it may do. */
export function inspectPage({ root, inspectorUrl }: { root: string; inspectorUrl: string }) {
  const frame = new URL(inspectorUrl).origin
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    // The one page with a frame of somebody else's in it. That page may not lead this one away.
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "font-src 'self'",
      "connect-src 'self'",
      `frame-src ${frame}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'"
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-cache'
  }

  return {
    headers,
    /** @throws InspectorNotBuilt */
    html(): string {
      try {
        const html = readFileSync(path.join(root, 'inspect.html'), 'utf8')
        const escaped = inspectorUrl.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`)
        return html.replace('</head>', () => `<meta name="inspector" content="${escaped}">\n</head>`)
      } catch (cause) {
        throw new InspectorNotBuilt({ cause })
      }
    }
  }
}
