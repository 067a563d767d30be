import { isIP, isIPv4 } from 'node:net'
import type { TSchema } from 'typebox'
import { isTemplate } from '../../schemas/alerts/alert-target.ts'
import { DAY_MS, parseDuration } from '../../schemas/duration.ts'
import { PEER_NAME_PATTERN } from '../../schemas/names.ts'
import { remark } from '../keys.ts'

/** What is expected instead of a text that does not have the format of its schema; undefined when it has. */
export function faultOfFormat(schema: TSchema, text: string): string | undefined {
  const format = remark(schema, 'format')
  if (format === 'go-duration') return byDuration(schema, text)
  if (format === 'base-url') return byBaseUrl(text)
  if (format === 'http-url') return webAddress(text) ? undefined : 'an http or https address'
  const fits = typeof format === 'string' ? BY_FORMAT[format] : undefined
  return fits === undefined || fits(text)
    ? undefined
    : String(remark(schema, 'expected') ?? 'text without control characters')
}

/** Formats whose schema says itself what it expects. */
const BY_FORMAT: Record<string, (text: string) => boolean> = {
  'peer-name': (text) => new RegExp(PEER_NAME_PATTERN).test(text),
  'listen-host': (text) => isIP(text) !== 0 || HOST_NAME.test(text),
  'trusted-network': isNetwork,
  engine: isEngine,
  'smtp-url': (text) => /^smtps?:\/\/[^\s/]/.test(text) && !/\s/.test(text) && URL.canParse(text),
  'json-template': isTemplate,
  line: (text) => !/\p{C}/u.test(text),
  path: (text) => !/\p{Cc}/u.test(text),
  'header-value': (text) => /^[\t\x20-\x7e]*$/.test(text)
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*$/i
/** Names of networks that the HTTP server knows. */
const NETWORK_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal'])

function isNetwork(text: string): boolean {
  if (NETWORK_NAMES.has(text)) return true
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  if (isIP(address) === 0) return false
  return bits === undefined || (Number(bits) >= 1 && Number(bits) <= (isIPv4(address) ? 32 : 128))
}

function isEngine(text: string): boolean {
  if (text === '' || /^(unix:\/\/)?\/[^\0]*$/.test(text)) return true
  return /^tcp:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+):\d{1,5}\/?$/i.test(text) && URL.canParse(text)
}

function byDuration(schema: TSchema, text: string): string | undefined {
  const ms = parseDuration(text)
  if (ms === undefined) return 'a duration such as 500ms, 30s or 1h30m'
  if (ms < 1) return 'a duration of more than zero'
  const longest = remark(schema, 'longestMs')
  if (typeof longest === 'number' && ms > longest) return `a duration of at most ${inDays(longest)}`
  return undefined
}

const inDays = (ms: number) => (ms === DAY_MS ? '24h' : `${Math.floor(ms / DAY_MS)}d`)

function byBaseUrl(text: string): string | undefined {
  const url = webAddress(text)
  if (!url) return 'an http or https address such as http://192.0.2.10:8090'
  if (url.username || url.password) return 'an address without user and password'
  if (url.search || url.hash || /[?#]/.test(text)) return 'an address without query and fragment'
  if (/\/\.{1,2}(\/|$)|%2e/i.test(text.slice(text.indexOf('//') + 2))) return 'an address without dot segments'
  if (['0.0.0.0', '[::]'].includes(url.hostname)) return 'an address that peers can dial, which 0.0.0.0 and :: are not'
  return undefined
}

function webAddress(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s/]/i.test(text) || /\s/.test(text) || !URL.canParse(text)) return undefined
  return new URL(text)
}
