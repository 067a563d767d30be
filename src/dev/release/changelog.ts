/** The changelog with what is unreleased under its version and day, and an empty `Unreleased` above; undefined where nothing is. */
export function released(text: string, version: string, day: string): string | undefined {
  const heading = '## Unreleased\n'
  const start = text.indexOf(heading)
  if (start < 0) return undefined
  const rest = text.slice(start + heading.length)
  const next = rest.search(/^## /m)
  const section = (next < 0 ? rest : rest.slice(0, next)).trim()
  if (section === '') return undefined
  return `${text.slice(0, start)}${heading}\n## ${version} - ${day}\n\n${section}\n${next < 0 ? '' : `\n${rest.slice(next)}`}`
}
