/** An origin as browsers send it (RFC 6454 §6.2), or `*`; undefined where the text names more, or none. */
export function originOf(text: string): string | undefined {
  if (text === '*') return text
  const url = /^https?:/i.test(text) ? URL.parse(text) : null
  return url && url.href === `${url.origin}/` ? url.origin : undefined
}
