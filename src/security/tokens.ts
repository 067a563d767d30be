import { hash, randomBytes } from 'node:crypto'

/** 32 random bytes as base64url with padding: FlatRun's form of invite tokens and peer keys, 44 characters. */
export function randomToken(): string {
  return `${randomBytes(32).toString('base64url')}=`
}

/** Hex SHA-256 of the whole string: what is stored of a token. 256 random bits need neither salt nor a slow hash. */
export function digest(token: string): string {
  return hash('sha256', token)
}
