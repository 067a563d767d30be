/**
 * The headers of a peer's answer that do not reach the caller, by the reason. Everything else is for the caller to
 * read. A browser takes each answer of the proxy for one of this server's, so what a header lets it do, it does here.
 */
const KEPT_BACK: Record<string, readonly string[]> = {
  'keeps something in the browser for this whole origin': [
    'accept-ch',
    'alt-svc',
    'alt-used',
    'clear-site-data',
    'critical-ch',
    'expect-ct',
    'expect-staple',
    'nel',
    'origin-agent-cluster',
    'public-key-pins',
    'public-key-pins-report-only',
    'report-to',
    'reporting-endpoints',
    'service-worker-allowed',
    'set-cookie',
    'set-cookie2',
    'set-login',
    'strict-transport-security',
    'use-as-dictionary'
  ],
  'says what pages may do, which is decided here': [
    'content-security-policy',
    'content-security-policy-report-only',
    'document-policy',
    'feature-policy',
    'integrity-policy',
    'integrity-policy-report-only',
    'origin-trial',
    'permissions-policy',
    'permissions-policy-report-only',
    'referrer-policy',
    'require-document-policy',
    'supports-loading-mode',
    'timing-allow-origin',
    'x-content-type-options',
    'x-dns-prefetch-control',
    'x-download-options',
    'x-frame-options',
    'x-permitted-cross-domain-policies',
    'x-ua-compatible',
    'x-webkit-csp',
    'x-xss-protection'
  ],
  'makes the browser go or fetch somewhere': ['refresh', 'sourcemap', 'speculation-rules', 'x-sourcemap'],
  'asks for a password, or repeats a key': [
    'authentication-control',
    'authentication-info',
    'authorization',
    'cookie',
    'optional-www-authenticate',
    'signature',
    'signature-input',
    'www-authenticate'
  ],
  'says who may keep the answer, which is nobody': [
    'age',
    'cache-control',
    'cache-status',
    'expires',
    'no-vary-search',
    'pragma'
  ],
  'is between two hops, or names one': [
    'connection',
    'forwarded',
    'http2-settings',
    'keep-alive',
    'server',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'via',
    'x-cluster-hop',
    'x-powered-by',
    'x-real-ip',
    'x-served-by',
    'x-varnish'
  ],
  'is an order to the server in front of this one': [
    'surrogate-control',
    'surrogate-key',
    'x-lighttpd-send-file',
    'x-reproxy-url',
    'x-sendfile',
    'x-sendfile2'
  ]
}

/**
 * Families of the same kinds: permissions for other origins, isolation of pages, advertising, sessions that a browser
 * signs, caches and proxies in front.
 */
const KEPT_BACK_FAMILY =
  /^(?:access-control-|ad-auction-|attribution-reporting-|cross-origin-|proxy-|sec-|secure-session-|shared-storage-|x-accel-(?!buffering$)|x-forwarded-|x-litespeed-|(?:.*-)?cdn-cache-control$)/

const NAMES: ReadonlySet<string> = new Set(Object.values(KEPT_BACK).flat())

/** Whether this header of a peer's answer stays here. The name is in lower case. */
export const isKeptBack = (name: string) => NAMES.has(name) || KEPT_BACK_FAMILY.test(name)
