#!/usr/bin/env node
// What `flatrun-cluster` starts. It runs on any Node, and says so when that one is too old for the program itself.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `flatrun-cluster needs Node 22.19 or newer, and this is ${process.versions.node}. The .deb brings its own.\n`
  )
  process.exit(69)
}

// Node 22 calls its SQLite experimental at each start: nothing that an operator could act on.
const emitWarning = process.emitWarning
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).includes('SQLite')) emitWarning.call(process, warning, ...rest)
}

await import('./program/main.js')
