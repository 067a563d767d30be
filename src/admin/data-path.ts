import { existsSync } from 'node:fs'
import path from 'node:path'
import { loadConfig } from '../config/config.ts'
import { Fatal } from '../errors.ts'

const SERVICE_PATH = '/var/lib/flatrun-cluster'

export interface Where {
  readonly dataPath?: string | undefined
  readonly config?: string | undefined
  readonly env: NodeJS.ProcessEnv
}

/**
 * The data path that a command means: the one named, the config's, or the service's, where it has a store. The unit gives
 * the daemon its path by an environment that a shell does not have.
 */
export function findDataPath({ dataPath, config, env }: Where): string {
  if (dataPath !== undefined) return path.resolve(dataPath)
  const { dataPath: configured, source } = loadConfig({ file: config, env })
  const set = source.entries.some(({ key, origin }) => key === 'data_path' && origin !== 'default')
  if (set || hasStore(configured) || !hasStore(SERVICE_PATH)) return configured
  return SERVICE_PATH
}

export const hasStore = (folder: string) => existsSync(path.join(folder, 'cluster.db'))

export function requireStore(folder: string): string {
  if (!hasStore(folder)) throw new Fatal(66, `there is no store in ${folder}; name its folder with --data-path`)
  return folder
}
