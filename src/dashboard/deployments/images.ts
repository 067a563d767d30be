import type { Deployment, DeploymentService } from '../../schemas/deployments/deployment.ts'

/** The images of a deployment in few words: the first, and how many more. */
export function imageOf({ services }: Deployment): string {
  const images = [...new Set(services.map(({ image }) => short(image)).filter(Boolean))]
  return images.length > 1 ? `${images[0]} + ${images.length - 1}` : (images[0] ?? '–')
}

export const isUp = ({ status }: DeploymentService) => /^(running|up)/i.test(status)

/** Two deployments with the same services of the same images have the same one of these. */
export const fingerprint = ({ services }: Deployment) =>
  services
    .map(({ name, image }) => `${name}=${image}`)
    .sort()
    .join(' ')

/** Without the registry and the organisation, which are the same everywhere. */
const short = (image: string) => image.split('@')[0]?.split('/').at(-1) ?? image
