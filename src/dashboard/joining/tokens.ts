/** An invite that this page made: its token is shown nowhere else, and never again. */
export interface MadeInvite {
  invite_token: string
  expires_at: string
  id?: string
  /** Who was a peer when it was made: whoever is not among them has joined since. */
  before: ReadonlySet<string>
}
