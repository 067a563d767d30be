import type { AlertTarget } from '../schemas/alerts/alert-target.ts'

/** Where a target leads, for people: never its path, its query or a password, which are secrets. */
export function whereOf(target: AlertTarget): string {
  switch (target.type) {
    case 'email':
      return target.to.join(', ')
    case 'telegram':
      return `chat ${target.chat}${target.url === undefined ? '' : ` by ${hostOf(target.url)}`}`
    case 'pushover':
      return target.device ?? hostOf(target.url ?? 'https://pushover.net')
    default:
      return hostOf(target.url)
  }
}

export const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '')
