import { type Static, Type } from 'typebox'
import { Alerts } from '../schemas/alerts/alert.ts'
import { Duration } from '../schemas/duration.ts'
import { IntroductionPolicy } from '../schemas/names.ts'

/**
 * The config as it is written. The schema is all there is: the check, the defaults, the environment's names, the printed
 * config and the published JSON Schema follow from it. `expected` says in a fault what the key wants; `writeOnly` marks
 * what is never printed; `blank` that the empty text is a value of its own, and not the default as elsewhere.
 */
const section = { additionalProperties: false, default: {} } as const
const longText = { maxLength: 4_096 }
const place = { ...longText, format: 'path' } as const

const ApiKey = Type.Union([
  Type.String({ minLength: 1, maxLength: 1_024, writeOnly: true }),
  Type.Object(
    {
      key: Type.String({ minLength: 1, maxLength: 1_024, writeOnly: true, description: 'The secret itself' }),
      name: Type.Optional(
        Type.String({ minLength: 1, maxLength: 64, description: 'Who holds it; shown in the audit' })
      ),
      scopes: Type.Optional(
        Type.Array(Type.Enum(['read', 'write']), { minItems: 1, maxItems: 2, description: 'Default: read and write' })
      )
    },
    { additionalProperties: false }
  )
])

const TrustedNetwork = Type.String({
  format: 'trusted-network',
  minLength: 1,
  maxLength: 64,
  expected: 'an address or a network such as 10.0.0.0/8, or loopback; host names are not looked up'
})

const Tag = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
  expected: 'a word of letters, digits, dots, dashes and underscores, at most 64 characters'
})

const Api = Type.Object(
  {
    host: Type.String({
      format: 'listen-host',
      default: '127.0.0.1',
      maxLength: 255,
      description: 'The address to listen on',
      expected: 'an address such as 127.0.0.1, 0.0.0.0 or ::, or a host name'
    }),
    port: Type.Integer({ default: 8090, minimum: 0, maximum: 65_535, description: '0 lets the system choose' }),
    enable_cors: Type.Boolean({
      default: false,
      description: 'Let pages of other origins use the API, those below'
    }),
    allowed_origins: Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
      default: [],
      maxItems: 100,
      description:
        'Origins such as https://ui.example.org, or * for all: pages that may ask, and open WebSockets with a key'
    }),
    trust_proxy: Type.Union([Type.Boolean(), Type.Array(TrustedNetwork, { maxItems: 100 })], {
      default: false,
      description: 'Believe X-Forwarded-*: the last hop of whoever connects (true), or of these addresses and networks',
      expected: 'true, false, or a list of addresses such as 10.0.0.0/8'
    }),
    docs: Type.Boolean({ default: true, description: 'Serve the API documents at /docs' }),
    tls: Type.Object(
      {
        mode: Type.Enum(['off', 'auto', 'files'], {
          default: 'off',
          description: 'auto: a key pair of its own, pinned by invites; files: cert and key below'
        }),
        cert: Type.String({ default: '', ...place, description: 'PEM file with the certificate chain' }),
        key: Type.String({ default: '', ...place, description: 'PEM file with the private key' })
      },
      section
    )
  },
  section
)

const Auth = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: 'false: whoever reaches the port controls the cluster' }),
    api_keys: Type.Array(ApiKey, {
      default: [],
      maxItems: 100,
      description: 'Operator keys; without scopes they have every permission'
    }),
    jwt_secret: Type.Union(
      [
        Type.String({ ...longText, writeOnly: true }),
        Type.Array(Type.String({ minLength: 1, ...longText, writeOnly: true }), { minItems: 1, maxItems: 10 })
      ],
      {
        default: '',
        description:
          'Signs sessions and seals the keys of peers. A list: the first seals, all open. Empty: made and kept',
        expected: 'a secret, or a list of secrets of which the first seals'
      }
    )
  },
  section
)

const FlatRun = Type.Object(
  {
    url: Type.String({
      format: 'base-url',
      default: '',
      maxLength: 2_048,
      description: 'FlatRun’s own agent on this server, which this one then stands in front of'
    }),
    api_key: Type.String({
      default: '',
      ...longText,
      writeOnly: true,
      description: 'An admin key of FlatRun’s: with it, keys are made there for peers, and lists are read'
    })
  },
  section
)

const BaseUrl = Type.String({ format: 'base-url', maxLength: 512 })
const Cluster = Type.Object(
  {
    enabled: Type.Boolean({ default: false, description: 'Without any config: true' }),
    server_name: Type.String({
      format: 'peer-name',
      default: '',
      maxLength: 63,
      description: 'How peers know this server; default: the host name of the system',
      expected: '1 to 63 letters, digits, dots, dashes or underscores, a letter or digit at both ends'
    }),
    advertise_url: Type.String({
      format: 'base-url',
      default: '',
      maxLength: 2_048,
      description: 'Where peers reach this server'
    }),
    other_urls: Type.Array(BaseUrl, {
      default: [],
      maxItems: 3,
      description: 'Where peers reach it as well, in this order'
    }),
    health_interval: Duration({ default: '30s', description: 'Time between two checks of a peer' }),
    request_timeout: Duration({
      default: '10s',
      description: 'How long a peer may take to answer; every deadline but the next follows from it'
    }),
    proxy_timeout: Duration({
      default: '60s',
      description: 'How long a peer may take to begin its answer to what is proxied and neither GET nor HEAD'
    }),
    introductions: Type.Enum([...IntroductionPolicy.enum], {
      default: 'ask',
      description: 'What is done with servers that a peer introduces, where nothing else is said of that peer'
    }),
    tags: Type.Array(Tag, {
      default: [],
      maxItems: 32,
      description: 'Words that this server is found by, such as prod or eu'
    }),
    max_concurrency: Type.Integer({
      default: 64,
      minimum: 1,
      maximum: 4_096,
      description: 'Requests in flight of one fan-out'
    }),
    reach: Type.Enum(['auto', 'direct', 'reverse'], {
      default: 'auto',
      description:
        'How peers reach this server. direct: they dial it; reverse: it keeps connections open to them; auto: found out at a join'
    }),
    exchange: Type.Enum(['any', 'sealed-only'], {
      default: 'any',
      description: 'sealed-only: plain FlatRun agents cannot join'
    }),
    allow_insecure_exchange: Type.Enum(['private', 'always', 'never'], {
      default: 'private',
      description: 'Whether a plain FlatRun agent may be joined over plain http'
    }),
    key_rotation: Type.Union([Type.Literal('off'), Duration({ default: '90d', description: '', longestMs: 3.2e11 })], {
      default: '90d',
      description: 'How old the key towards a peer of ours may become; off: changed by hand only',
      expected: 'off, or a duration such as 90d'
    }),
    inspector: Type.Object(
      {
        enabled: Type.Boolean({ default: false, description: 'Serve /inspect: state machines live' }),
        url: Type.String({
          format: 'http-url',
          default: 'https://stately.ai/inspect',
          maxLength: 2_048,
          description: 'The page that draws them; what it is shown goes to that site in the browser'
        })
      },
      section
    )
  },
  section
)

export const ConfigFile = Type.Object(
  {
    deployments_path: Type.String({
      default: '/srv/deployments',
      ...place,
      description: 'Folders with a compose file each'
    }),
    docker_socket: Type.String({
      default: 'unix:///var/run/docker.sock',
      ...longText,
      format: 'engine',
      blank: true,
      description: 'The container engine; "" for none',
      expected: 'unix:///path/to/docker.sock, an absolute path, tcp://host:port, or "" for no engine'
    }),
    data_path: Type.String({
      default: '',
      ...place,
      description: 'Where the store lives; default: $STATE_DIRECTORY, else ./data'
    }),
    api: Api,
    auth: Auth,
    logging: Type.Object(
      {
        level: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          default: 'info',
          description: 'The least that is logged'
        }),
        format: Type.Enum(['json', 'pretty', 'text'], {
          default: 'json',
          description: 'text is FlatRun’s word for pretty'
        })
      },
      section
    ),
    metrics: Type.Object(
      { public: Type.Boolean({ default: false, description: 'Serve /metrics to anyone; it names the peers' }) },
      section
    ),
    alerts: Alerts,
    flatrun: FlatRun,
    cluster: Cluster
  },
  { additionalProperties: false }
)
export type ConfigFile = Static<typeof ConfigFile>
