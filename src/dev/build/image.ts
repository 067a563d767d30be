import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { faultOfRuntime } from '../runtime.mjs'
import { bundle } from './bundle.ts'

const NAME = 'flatrun-cluster'
const HOME = `/usr/lib/${NAME}`

const CONFIG = `# The agent of flatrun-cluster in a container. Every key: flatrun-cluster config schema
# Mount another file over this one, or set variables: FLATRUN_CLUSTER__SERVER_NAME=web-1
deployments_path: /srv/deployments
docker_socket: unix:///var/run/docker.sock
api:
  host: 0.0.0.0
cluster:
  enabled: true
`

/** What the image has above its base, with the places of the Debian package. */
export async function layOutImage(out: string, runtime = process.execPath): Promise<void> {
  const fault = faultOfRuntime(runtime)
  if (fault) throw new Error(`nothing was laid out: ${fault}`)
  const put = async (place: string, text: string, mode: number) => {
    const file = path.join(out, place)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
    await chmod(file, mode)
  }
  await bundle(path.join(out, HOME, 'dist'))
  await cp(runtime, path.join(out, HOME, 'node'))
  await put(`/usr/bin/${NAME}`, `#!/bin/sh\nexec ${HOME}/node ${HOME}/dist/${NAME}.js "$@"\n`, 0o755)
  await put(`/etc/${NAME}/config.yml`, CONFIG, 0o644)
}
