export interface Advice {
  kind: 'good' | 'warn' | 'bad'
  text: string
}

/** What can be said of an address before anybody uses it. `reached`: this page asked it and it answered. */
export function adviceOn(text: string, reached: boolean | undefined): Advice[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return [{ kind: 'bad', text: 'Begins with https:// or http://, then a name or an address' }]
  }
  const advice: Advice[] = []
  if (url.username || url.search || url.hash) {
    advice.push({ kind: 'bad', text: 'Has no user, no query and no fragment' })
  }
  if (/^(localhost|127\.|\[::1\])/.test(url.hostname)) {
    advice.push({ kind: 'warn', text: 'Only this machine itself can reach that address' })
  }
  if (url.protocol === 'http:') {
    advice.push({
      kind: 'warn',
      text: 'Plain http: between two flatrun-cluster servers keys stay unreadable, what is asked does not'
    })
  }
  if (reached === true) advice.push({ kind: 'good', text: 'Reached from this browser' })
  if (reached === false) advice.push({ kind: 'bad', text: 'Not reached from this browser' })
  return advice
}
