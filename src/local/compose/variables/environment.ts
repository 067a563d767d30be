import type { Lookup } from './interpolate.ts'

/** What compose may see of this agent's environment. The rest of it may hold the agent's own secrets. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'DOCKER_CONFIG',
  'XDG_RUNTIME_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY'
]

/** The variables that compose is run with in a folder, besides those of its .env; a model is made with the same ones. */
export function composeEnvironment(folder: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = env[name] ?? env[name.toLowerCase()]
    return value === undefined ? [] : [[name, value]]
  })
  // Also tells compose the name of a folder that is reached by a link.
  return { ...Object.fromEntries(passed), PWD: folder }
}

export const lookupIn =
  (environment: Record<string, string>): Lookup =>
  (name) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined
