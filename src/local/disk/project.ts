export interface ProjectEnv {
  /** COMPOSE_PROJECT_NAME. */
  project?: string
  /** COMPOSE_FILE is set. */
  files: boolean
}

/** The name as compose makes it: lower case, letters, digits, dash and underscore, beginning with one of the first two. */
export function projectName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '')
}

/** Looks for the two settings of compose in a .env. Nothing else of it is kept: the rest is secrets. */
export function parseProjectEnv(text: string): ProjectEnv {
  const project = setting(text, 'COMPOSE_PROJECT_NAME')
  return { ...(project ? { project } : {}), files: setting(text, 'COMPOSE_FILE') !== undefined }
}

function setting(text: string, name: string): string | undefined {
  const line = text.match(new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*(.*)$`, 'm'))?.[1]?.trim()
  if (line === undefined) return undefined
  return line.match(/^"([^"]*)"/)?.[1] ?? line.match(/^'([^']*)'/)?.[1] ?? line.replace(/\s+#.*$/, '')
}
