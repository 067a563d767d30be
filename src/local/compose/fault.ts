/** Why a file or folder on disk cannot be used: the end of a sentence that begins with its name. */
export class Fault extends Error {
  override name = 'Fault'
}
