/**
 * Puts a text on the clipboard; false when the browser lets no page of this address do so. On plain http from another
 * machine there is no `navigator.clipboard`, but most browsers still copy what a page has selected.
 */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copiedBySelecting(text)
  }
}

function copiedBySelecting(text: string): boolean {
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.className = 'unseen'
  field.value = text
  // Inside an open dialog: nothing else of the page can have the focus then.
  const place = document.querySelector('dialog[open]') ?? document.body
  place.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (before instanceof HTMLElement) before.focus()
  }
}
