/** A reporter for node:test that names the files that took longest, in seconds, one a line. */
const MOST = 15

// biome-ignore lint/style/noDefaultExport: the runner takes it so
export default async function* slowFiles(events) {
  const took = []
  for await (const { type, data } of events)
    if (type === 'test:summary' && data.file !== undefined) took.push({ file: data.file, ms: data.duration_ms })
  took.sort((one, other) => other.ms - one.ms)
  for (const { file, ms } of took.slice(0, MOST)) yield `${(ms / 1_000).toFixed(0).padStart(4)} ${file}\n`
}
