/** What an answer is made of: the kind of each value by its path; what a list holds counts once, `any` is told by nothing. */
function shapeOf(value: unknown, path = '', shape = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    for (const item of value) shapeOf(item, `${path}[]`, shape)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) shapeOf(inner, `${path}.${key}`, shape)
  } else if (value !== null) {
    shape.set(path, typeof value)
  }
  return shape
}

/** Where one answer has something that the other has not, or has otherwise; what neither says anything of is left out. */
export function differences(one: unknown, other: unknown, besides: RegExp): string[] {
  const known = shapeOf(other)
  return [...shapeOf(one)]
    .filter(([path, kind]) => !besides.test(path) && known.get(path) !== kind)
    .map(([path, kind]) => `${path} is a ${kind}, and ${known.get(path) ?? 'nothing'} there`)
}
