const SECRET = '<secret>'

/** Names of what is never shown, whatever is in it. */
const NAMES = /token|secret|passw|authorization|cookie|credential|signature|bearer|api[-_]?key|private|^keys?$/i

/** Texts that are secret wherever they stand, each with what is left of it. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|apikey|basic)\s+[\w.~+/=-]+/gi, `$1 ${SECRET}`],
  [/:\/\/[^/\s@]+@/g, `://${SECRET}@`],
  [/([?&;][\w-]*(?:token|key|secret|password|signature|ticket)[\w-]*=)[^&;\s#]+/gi, `$1${SECRET}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g, SECRET],
  [/\bfrc1\.[\w.~+/=-]+/g, `frc1.${SECRET}`],
  [/\bfr_[\w-]{16,}/g, `fr_${SECRET}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, SECRET],
  // 32 random bytes in base64url: an invite or a peer's key. Names and ids are not so long, or not in both cases.
  [/(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}=?(?![\w-])/g, SECRET]
]

export const isSecretName = (name: string) => NAMES.test(name)

/** A text without the secrets that are known by their form. */
export function withoutSecrets(text: string): string {
  return TEXTS.reduce((rest, [form, left]) => rest.replace(form, left), text)
}

export { SECRET }
