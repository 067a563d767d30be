import { readFileSync } from 'node:fs'
import { belongTogether } from '../security/certificates/certificate.ts'
import type { Between } from './check/rules.ts'
import { because } from './environment.ts'
import type { Tls } from './shape.ts'

/** What is wrong with the files of a certificate: the start would end with it, and a reload is refused for it. */
export function certificateFaults(tls: Tls): Between[] {
  if (tls.mode !== 'files') return []
  const faults: Between[] = []
  const read = (name: 'cert' | 'key') => {
    try {
      return readFileSync(tls[name], 'utf8')
    } catch (error) {
      faults.push({ way: ['api', 'tls', name], message: `the file cannot be read: ${because(error)} (${tls[name]})` })
      return ''
    }
  }
  const pair = { cert: read('cert'), key: read('key') }
  if (faults.length > 0) return faults
  try {
    if (belongTogether(pair)) return []
  } catch {
    const message = 'the certificate or its key cannot be read; both must be PEM, the key without a passphrase'
    return [{ way: ['api', 'tls', 'cert'], message }]
  }
  return [{ way: ['api', 'tls', 'key'], message: 'the key does not belong to the certificate' }]
}
