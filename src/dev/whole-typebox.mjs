/**
 * Loaded into the process of each test file: TypeBox is 680 files, and finding and linking them would be a quarter of
 * what most test files cost. `test.ts` puts them into a few. Plain JavaScript, because it is loaded before all else.
 */
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = process.env.WHOLE_TYPEBOX

if (folder && existsSync(folder))
  registerHooks({
    resolve(specifier, context, next) {
      const file = /^typebox(?:\/(\w+))?$/.exec(specifier)
      if (!file) return next(specifier, context)
      const url = pathToFileURL(path.join(folder, `${file[1] ?? 'index'}.mjs`)).href
      return { url, format: 'module', shortCircuit: true }
    }
  })
