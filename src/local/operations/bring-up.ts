import { ComposeInvalid, ProjectTaken } from '../../errors/deployments.ts'
import type { Folder } from '../disk/folder.ts'
import type { Target } from '../listing/find-deployment.ts'
import type { ComposeProject, createComposeCli } from './compose-cli.ts'

interface BringUpOptions {
  composeUp: ReturnType<typeof createComposeCli>
  line: (text: string) => void
  signal: AbortSignal
}

/** Makes and starts what a deployment lacks, never with other files than its containers have, or with others' containers. */
export async function bringUp(
  { folder, members, strangers }: Target,
  { composeUp, line, signal }: BringUpOptions
): Promise<void> {
  const { error, real, name, startedWith } = folder
  if (error !== undefined || real === undefined) throw new ComposeInvalid(error ?? name)
  const project = members[0]?.project
  const [stranger] = strangers
  if (stranger) throw new ProjectTaken(project ?? folder.project, stranger.workingDir ?? stranger.name)
  if (startedWith?.lost !== undefined) throw new ComposeInvalid(lostFiles(folder, startedWith))
  await composeUp({ ...howToRun(folder, real, project), keep: members.length > 0 }, line, signal)
}

/**
 * What compose chooses by itself is not told to it, but the files that the others of the project were made with are. A
 * name is, where the folder is reached by a link.
 */
function howToRun(
  { path, name, project, files, startedWith }: Folder,
  real: string,
  running = project
): Omit<ComposeProject, 'keep'> {
  const byItself = running === project && real.endsWith(`/${name}`)
  return {
    dir: real,
    folder: path,
    files,
    chosen: startedWith === undefined,
    ...(byItself ? {} : { project: running })
  }
}

const lostFiles = ({ files }: Folder, { files: before, lost }: NonNullable<Folder['startedWith']>) =>
  `It was started with ${before.join(', ')}, ${lost}. Run in its folder "docker compose ${before.map((file) => `-f ${file}`).join(' ')} up -d", or, to go on with ${files.join(', ')}, "docker compose up -d"`
