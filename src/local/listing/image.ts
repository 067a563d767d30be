/** Whether two names are of one image: `nginx`, `nginx:latest` and `docker.io/library/nginx:latest` are. */
export const sameImage = (a: string, b: string): boolean => fullName(a) === fullName(b)

function fullName(image: string): string {
  const [first = ''] = image.split('/')
  const hosted = image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  const path = hosted ? image.replace(/^index\.docker\.io\//, 'docker.io/') : `docker.io/${image}`
  const whole = path.replace(/^docker\.io\/(?!.*\/)/, 'docker.io/library/')
  const last = whole.slice(whole.lastIndexOf('/'))
  return last.includes(':') || last.includes('@') ? whole : `${whole}:latest`
}
