import type { Config } from '../config/config.ts'
import { keptSecret } from './secrets.ts'

/** The keys of operators: those of the config, or one that is generated and kept beside the store. */
export function operatorKeysOf({ auth, dataPath }: Pick<Config, 'auth' | 'dataPath'>) {
  if (auth.apiKeys.length > 0) return { operatorKeys: auth.apiKeys, adminKeyFile: undefined }
  const { value, file } = keptSecret(dataPath, 'admin.key', 'fr_')
  return { operatorKeys: [{ key: value, name: 'admin', scopes: ['read', 'write'] as const }], adminKeyFile: file }
}

/** What seals the store and signs sessions: those of the config, the newest first, or one that is generated likewise. */
export const secretsOf = ({ auth, dataPath }: Pick<Config, 'auth' | 'dataPath'>): readonly string[] =>
  auth.jwtSecrets.length > 0 ? auth.jwtSecrets : [keptSecret(dataPath, 'secret').value]
