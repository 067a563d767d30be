/**
 * What each sealed text belongs to. It is authenticated with the text, so that none opens in another place: not in
 * another record, not in another field.
 */
export const credentialContext = (memberId: string) => `members|${memberId}|credential`
export const signingContext = (memberId: string) => `members|${memberId}|signing`
export const privateKeyContext = (inviteId: string) => `invites|${inviteId}|private-key`
export const joinContext = (exchangeId: string) => `joins|${exchangeId}|secret`
export const canaryContext = 'meta|identity|canary'
export const identityContext = 'meta|identity|box'
export const alertsContext = 'alert_settings|settings|sealed'
