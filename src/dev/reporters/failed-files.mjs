/** A reporter for node:test that names the files in which something failed, one a line. */
// biome-ignore lint/style/noDefaultExport: the runner takes it so
export default async function* failedFiles(events) {
  const files = new Set()
  for await (const { type, data } of events) if (type === 'test:fail') files.add(data.file ?? data.name)
  for (const file of files) yield `${file}\n`
}
