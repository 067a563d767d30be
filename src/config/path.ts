/** The way to a value: names of sections and keys, and positions in lists. */
export type Path = readonly (string | number)[]

/** `auth.api_keys[1].scopes` */
export const dotted = (path: Path) =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    ''
  )
