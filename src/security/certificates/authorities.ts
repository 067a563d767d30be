import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/**
 * Lets this process believe the authorities of the system beside those that Node brings: a company's own is kept there.
 * Both lists are read once; what is pinned is not asked for any of them.
 */
export function trustSystemAuthorities(): void {
  const all = [...getCACertificates('default'), ...getCACertificates('system')]
  setDefaultCACertificates([...new Set(all)])
}
