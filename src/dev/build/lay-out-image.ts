/** Lays out the files of the image below a folder; the Dockerfile runs it. */
import { layOutImage } from './image.ts'

const [out] = process.argv.slice(2)
if (out === undefined) throw new Error('name a folder')
await layOutImage(out)
