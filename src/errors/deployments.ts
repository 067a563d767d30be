import createError from '@fastify/error'

/** Deployments of this server, and what runs them. */

export const DeploymentNameInvalid = createError(
  'deployment_name_invalid',
  "A deployment's name is that of one folder: no slash or backslash in it, and no dot at its beginning",
  400
)
export const DeploymentUnknown = createError<[string]>('deployment_unknown', 'deployment "%s" not found', 404)
export const ServiceUnknown = createError<[string, string]>(
  'service_unknown',
  'deployment "%s" has no service "%s"',
  404
)
export const DeploymentBusy = createError<[string, string, string, string, string]>(
  'deployment_busy',
  'deployment "%s" is being %s by %s since %s; wait for job %s to end',
  409
)
export const JobUnknown = createError<[string, string]>(
  'job_unknown',
  'No job "%s" of deployment "%s"; finished ones are kept for 15 minutes',
  404
)
export const EngineUnavailable = createError<[string, ErrorOptions?]>('engine_unavailable', '%s', 503)
export const EngineRefused = createError<[string, ErrorOptions?]>('engine_refused', '%s', 502)
export const ComposeInvalid = createError<[string]>('compose_invalid', '%s; correct it and try again', 422)
export const ComposeMissing = createError(
  'compose_missing',
  'Its containers must be made first, and neither "docker compose" nor "docker-compose" is installed on this server; install one of them',
  503
)
export const ComposeFailed = createError<[string]>('compose_failed', 'compose did not succeed: %s', 502)
export const ProjectTaken = createError<[string, string]>(
  'project_taken',
  'The project name "%s" is that of containers from %s, which compose would take over; give one of both another name (name: in its compose file, or COMPOSE_PROJECT_NAME in its .env)',
  409
)
export const TooManyFollowers = createError(
  'too_many_followers',
  'Too many logs are being followed on this server; close one and try again',
  429
)

export const RolloutBusy = createError<[string, string]>('rollout_busy', '%s restarts it; stop rollout %s first', 409)
export const RolloutUnknown = createError<[string]>('rollout_unknown', 'No rollout "%s" since this node started', 404)
