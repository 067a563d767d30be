import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import type { Given } from '../cli/command.ts'
import type { Io } from '../cli/io.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { Fatal } from '../errors/fatal.ts'
import { findInstalledService } from './installed-service.ts'

/**
 * What a command of this machine is about. One rule for all of them: a flag, a variable, the installed service, and only
 * then what lies in the folder one stands in. Each command says which it took.
 */
export interface Subject {
  /** Undefined: the defaults. */
  readonly file: string | undefined
  readonly env: Io['env']
  /** In words, for people. */
  readonly from: string
}

/** The config that is meant, read as its daemon reads it. */
export function configMeant({ args, option }: Pick<Given, 'args' | 'option'>, io: Io, root?: string): Subject {
  const service = findInstalledService(root)
  const named = args[0] || option('config')
  const isService = service && (!named || path.resolve(io.cwd, named) === service.config)
  if (isService) {
    // Else a config that this user may not read would be a config with a fault.
    if (existsSync(service.config)) accessSync(service.config, constants.R_OK)
    return {
      file: service.config,
      env: { ...service.env, ...io.env },
      from: `${service.config} (the installed service)`
    }
  }
  return named ? { file: named, env: io.env, from: named } : { file: undefined, env: io.env, from: DEFAULTS }
}

export const DEFAULTS = 'the defaults'

export interface DataPath {
  readonly folder: string
  readonly from: string
}

/** The data path that is meant. @throws ConfigFaults of the config that names it */
export function dataPathMeant({ option }: Pick<Given, 'option'>, io: Io, root?: string): DataPath {
  const given = option('dataPath')
  if (given !== '') return { folder: path.resolve(io.cwd, given), from: '--data-path' }
  const variable = io.env.FLATRUN_DATA_PATH
  if (variable && option('config') === '') return { folder: path.resolve(io.cwd, variable), from: 'FLATRUN_DATA_PATH' }
  const { file, env, from } = configMeant({ args: [], option }, io, root)
  const { dataPath } = loadConfig({ file, env, cwd: io.cwd })
  return { folder: dataPath, from: file === undefined ? 'no service is installed' : from }
}

export const configOf = ({ file, env }: Subject, io: Io): Config => loadConfig({ file, env, cwd: io.cwd })

export const hasStore = (folder: string) => existsSync(path.join(folder, 'cluster.db'))

/** @throws Fatal 66, and what the system says where this user may not look */
export function requireStore({ folder, from }: DataPath): string {
  if (existsSync(folder)) accessSync(folder, constants.R_OK | constants.X_OK)
  if (!hasStore(folder))
    throw new Fatal(66, `there is no store in ${folder} (${from}); name its folder with --data-path`)
  return folder
}
