const TYPES = { json: 'application/json', txt: 'text/plain' }

/** Puts a text into a file of the reader's, named after what it is and the moment. */
export function saveText(name: string, kind: keyof typeof TYPES, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: TYPES[kind] }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${kind}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
