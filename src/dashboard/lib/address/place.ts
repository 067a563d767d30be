import { options } from 'preact'

/**
 * Where the dashboard lies on its server: `/`, or the folder that a reverse proxy shows it in. Told by the address of the
 * script, since no page and no config knows it.
 */
export const BASE = baseOf(import.meta.url)

function baseOf(script: string): string {
  return /^(\/(?:.*\/)?)assets\/[^/]+$/.exec(new URL(script).pathname)?.[1] ?? '/'
}

/** A place below the dashboard's own folder, from one as the screens write it: `/peers`. */
export const below = (place: string, base = BASE) => base + place.slice(1)

/** Lets links be written as if the dashboard had the server for itself. Called once, before anything is drawn. */
export function placeLinks(base = BASE) {
  const before = options.vnode
  options.vnode = (vnode) => {
    const href = vnode.type === 'a' && 'href' in vnode.props ? vnode.props.href : undefined
    if (typeof href === 'string' && href.startsWith('/')) Object.assign(vnode.props, { href: below(href, base) })
    before?.(vnode)
  }
}
