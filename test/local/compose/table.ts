import type { Files, ServiceSummary } from './projects.ts'

export interface Row {
  what: string
  files: Files
  /** Instead of `shop`. */
  name?: string
  services?: Record<string, ServiceSummary>
  /** What compose refuses. */
  fault?: RegExp
  unjudged?: string[]
}

const WEB = 'services:\n  web: { image: x }\n'
const web = (keys: string) => `services:\n  web: { image: x, ${keys} }\n`
const X = { image: 'x' }

/** Projects and what compose makes of them. */
export const TABLE: Row[] = [
  // Files
  { what: 'one file', files: { 'compose.yaml': WEB }, services: { web: X } },
  { what: 'no compose file', files: { 'readme.md': '' } },
  {
    what: 'compose.yaml before docker-compose.yml',
    files: { 'docker-compose.yml': 'services: { old: { image: y } }', 'compose.yaml': WEB },
    services: { web: X }
  },
  {
    what: 'an override of whatever name',
    files: { 'compose.yaml': WEB, 'docker-compose.override.yml': 'services: { web: { image: y }, db: { image: z } }' },
    services: { db: { image: 'z' }, web: { image: 'y' } }
  },
  {
    what: 'COMPOSE_FILE in .env',
    files: {
      'compose.yaml': WEB,
      'prod.yml': 'services: { web: { image: y } }',
      '.env': 'COMPOSE_FILE=compose.yaml:prod.yml\n'
    },
    services: { web: { image: 'y' } }
  },
  {
    what: 'COMPOSE_FILE with another separator, without a usual name',
    files: {
      'a.yml': WEB,
      'b.yml': 'services: { web: { image: y } }',
      '.env': 'COMPOSE_FILE=a.yml;b.yml\nCOMPOSE_PATH_SEPARATOR=;\n'
    },
    services: { web: { image: 'y' } }
  },
  {
    what: 'COMPOSE_FILE below the folder, with a .env of its own',
    files: {
      'compose.yaml': WEB,
      'sub/a.yml': `services: { web: { image: "y:\${T}" } }`,
      '.env': 'COMPOSE_FILE=sub/a.yml\n',
      'sub/.env': 'T=5\n'
    },
    name: 'sub',
    services: { web: { image: 'y:5' } }
  },
  {
    what: 'COMPOSE_FILE that is not there',
    files: { 'compose.yaml': WEB, '.env': 'COMPOSE_FILE=no.yml\n' },
    fault: /^no.yml is not there$/
  },
  { what: 'an empty override', files: { 'compose.yaml': WEB, 'compose.override.yaml': '' }, services: { web: X } },
  {
    what: 'an override of comments',
    files: { 'compose.yaml': WEB, 'compose.override.yaml': '# later\n' },
    services: { web: X }
  },
  {
    what: 'an override without services',
    files: {
      'compose.yaml': WEB,
      'compose.override.yaml': 'name: blog\nnetworks: { front: {} }\nvolumes: { data: }\n'
    },
    name: 'blog',
    services: { web: X }
  },
  {
    what: 'a second document without services',
    files: { 'compose.yaml': `${WEB}---\nname: blog\n` },
    name: 'blog',
    services: { web: X }
  },
  {
    what: 'a second document that is empty',
    files: { 'compose.yaml': `${WEB}---\n` },
    fault: /^compose.yaml is not a mapping at its top level$/
  },
  { what: 'nothing', files: { 'compose.yaml': '' }, fault: /^compose.yaml is empty$/ },
  { what: 'only a comment', files: { 'compose.yaml': '# later\n' }, fault: /^compose.yaml is empty$/ },

  // Names
  {
    what: 'a name in the file',
    files: { 'compose.yaml': `name: Blog X\n${WEB}` },
    name: 'blogx',
    services: { web: X }
  },
  {
    what: 'a name with a variable',
    files: { 'compose.yaml': `name: \${S:-blog}\n${WEB}` },
    name: 'blog',
    services: { web: X }
  },
  {
    what: 'a name in .env, twice, with a byte order mark',
    files: {
      'compose.yaml': `name: blog\n${WEB}`,
      '.env': '\uFEFFA=two\nCOMPOSE_PROJECT_NAME=one\nCOMPOSE_PROJECT_NAME: "$A"\n'
    },
    name: 'two',
    services: { web: X }
  },
  {
    what: 'a name inside a value of .env',
    files: { 'compose.yaml': WEB, '.env': 'A="x\nCOMPOSE_PROJECT_NAME=no\n"\n' },
    services: { web: X }
  },
  {
    what: 'the name as a variable',
    files: { 'compose.yaml': `name: blog\nservices: { web: { image: "$COMPOSE_PROJECT_NAME" } }` },
    name: 'blog',
    services: { web: { image: 'blog' } }
  },
  {
    what: 'a name that is none',
    files: { 'compose.yaml': WEB, '.env': 'COMPOSE_PROJECT_NAME=Big Name\n' },
    fault: /^COMPOSE_PROJECT_NAME is no project name/
  },

  // Merging
  {
    what: 'later wins, lists are added, nothing changes nothing',
    files: {
      'compose.yaml':
        'services: { web: { image: x, ports: ["80:80"], restart: always, scale: 2, depends_on: [db] }, db: { image: y } }',
      'compose.override.yaml':
        'services: { web: { ports: ["81:81", "80:80"], restart: "no", scale: 3, depends_on: { db: { condition: service_healthy } } }, db: }'
    },
    services: { db: { image: 'y' }, web: { image: 'x', ports: ['80:80', '81:81'], needs: ['db healthy'], replicas: 3 } }
  },
  {
    what: '!reset and !override',
    files: {
      'compose.yaml':
        'services: { web: { image: x, ports: [1, 2], restart: always, depends_on: [db] }, db: { image: y } }',
      'compose.override.yaml':
        'services:\n  web: { ports: !override [3], restart: !reset null, depends_on: !reset [] }\n  db: !reset null\n'
    },
    services: { web: { image: 'x', ports: ['3'] } }
  },
  {
    what: '!override of all services',
    files: { 'compose.yaml': WEB, 'compose.override.yaml': 'services: !override\n  db: { image: y }\n' },
    services: { db: { image: 'y' } }
  },
  {
    what: 'anchors and merge keys',
    files: {
      'compose.yaml':
        'x-a: &a { image: x, ports: !reset [], networks: [front] }\nservices:\n  web: { <<: *a, image: y }\n  job: { <<: [*a, { restart: always }] }\nnetworks: { front: }\n'
    },
    services: { job: { image: 'x', networks: ['front'], lasting: true }, web: { image: 'y', networks: ['front'] } }
  },
  {
    what: 'another kind in an override',
    files: { 'compose.yaml': web('ports: [1]'), 'compose.override.yaml': 'services: { web: { healthcheck: [1] } }' },
    fault: /^compose.override.yaml has a list at services.web.healthcheck, which cannot be$/
  },

  // Variables
  {
    what: 'variables in what decides',
    files: {
      'compose.yaml': `services:\n  web: { image: "x:\${TAG}", ports: ["\${PORT:-80}:80"], restart: "\${X:-unless-stopped}", scale: "\${N:-2}" }\n`,
      '.env': 'TAG=2\nPORT=\n'
    },
    services: { web: { image: 'x:2', ports: ['80:80'], lasting: true, replicas: 2 } }
  },
  {
    what: 'a required variable, anywhere',
    files: { 'compose.yaml': web(`environment: ["A=\${PW:?}"]`) },
    fault: /^compose.yaml needs the variable PW, which has no value: set it in .env$/
  },
  {
    what: 'a number that is none',
    files: { 'compose.yaml': web(`scale: "\${N}"`) },
    fault: /^services.web.scale is no whole number/
  },

  // Extends and include
  {
    what: 'extends in the same file and in another one',
    files: {
      'compose.yaml':
        'services:\n  base: { image: x, restart: always, ports: ["80:80"] }\n  web: { extends: base, ports: ["81:81"] }\n  api: { extends: { service: b, file: c/c.yml }, depends_on: [web] }\n',
      'c/c.yml': 'services:\n  b: { extends: { service: d, file: d.yml }, image: z }\n',
      'c/d.yml': 'services:\n  d: { scale: 3, image: q, deploy: { restart_policy: { condition: any } } }\n'
    },
    services: {
      api: { image: 'z', needs: ['web'], replicas: 3, lasting: true },
      base: { image: 'x', ports: ['80:80'], lasting: true },
      web: { image: 'x', ports: ['80:80', '81:81'], lasting: true }
    }
  },
  {
    what: 'extends of nobody',
    files: { 'compose.yaml': web('extends: no') },
    fault: /^compose.yaml has the service web, which extends no, and there is none$/
  },
  {
    what: 'extends in a circle',
    files: { 'compose.yaml': web('extends: web') },
    fault: /^compose.yaml has services that extend each other in a circle/
  },
  {
    what: 'extends of a file outside of the folder',
    files: { 'compose.yaml': web('extends: { service: a, file: ../a.yml }') },
    services: { web: X },
    unjudged: ['web: it extends a service of ../a.yml, which is outside of its folder']
  },
  {
    what: 'include, with variables and overrides of its own',
    files: {
      'compose.yaml':
        'include:\n  - path: [db/a.yml, db/b.yml]\n  - cache.yml\nservices: { web: { image: x, depends_on: [db, cache] } }',
      'db/a.yml': `services: { db: { image: "y:\${V}" } }`,
      'db/b.yml': 'services: { db: { restart: always } }',
      'db/.env': 'V=9\n',
      'cache.yml': 'services: { cache: { image: z } }'
    },
    services: {
      cache: { image: 'z' },
      db: { image: 'y:9', lasting: true },
      web: { image: 'x', needs: ['cache', 'db'] }
    }
  },
  {
    what: 'include of another service of the same name',
    files: { 'compose.yaml': `include: [a.yml]\n${WEB}`, 'a.yml': 'services: { web: { image: y } }' },
    fault: /^compose.yaml has services.web, which is another one in a file that it includes$/
  },
  {
    what: 'include in a circle',
    files: { 'compose.yaml': `include: [a.yml]\n${WEB}`, 'a.yml': 'include: [compose.yaml]\n' },
    fault: /^a.yml has an include that leads back to it$/
  },
  {
    what: 'include of a file outside of the folder',
    files: { 'compose.yaml': `include: [../a.yml]\n${WEB}` },
    services: { web: X },
    unjudged: ['includes ../a.yml, which is outside of its folder']
  },

  // Profiles
  {
    what: 'profiles that are active',
    files: {
      'compose.yaml':
        'services: { web: { image: x }, a: { image: y, profiles: [full] }, b: { image: z, profiles: [dev] } }',
      '.env': 'COMPOSE_PROFILES=full, other\n'
    },
    services: { a: { image: 'y' }, web: X }
  },
  {
    what: 'every profile',
    files: { 'compose.yaml': 'services: { a: { image: y, profiles: [full] } }', '.env': 'COMPOSE_PROFILES=*\n' },
    services: { a: { image: 'y' } }
  },
  {
    what: 'need of a service whose profile is not active',
    files: { 'compose.yaml': 'services: { web: { image: x, depends_on: [a] }, a: { image: y, profiles: [full] } }' },
    fault: /^web depends on a, whose profile is not active$/
  },
  {
    what: 'no need of a service whose profile is not active',
    files: {
      'compose.yaml':
        'services: { web: { image: x, depends_on: { a: { condition: service_started, required: false } } }, a: { image: y, profiles: [full] } }'
    },
    services: { web: { image: 'x', needs: ['a?'] } }
  },

  // Services
  {
    what: 'ports in every notation',
    files: {
      'compose.yaml': web(
        'ports: [8080, "22:22", "127.0.0.1:8443:443/tcp", "53:53/udp", "90-91:90-91", "1000-1002:7", "127.0.0.1::9", "[::1]:6:6", { target: 5, host_ip: 1.1.1.1 }, { target: 22, published: 22 }]'
      )
    },
    services: {
      web: {
        image: 'x',
        ports: [
          '1.1.1.1::5',
          '1000-1002:7',
          '127.0.0.1:8443:443',
          '127.0.0.1::9',
          '22:22',
          '53:53/udp',
          '8080',
          '90:90',
          '91:91',
          '[::1]:6:6'
        ]
      }
    }
  },
  {
    what: 'every way to need another one',
    files: {
      'compose.yaml':
        'services:\n  web: { image: x, links: ["a:z"], volumes_from: ["b:ro", "container:q"], ipc: "service:c", network_mode: "service:d", depends_on: { m: { condition: service_completed_successfully } } }\n  a: &i { image: i }\n  b: *i\n  c: *i\n  d: *i\n  m: *i\n'
    },
    services: {
      a: { image: 'i' },
      b: { image: 'i' },
      c: { image: 'i' },
      d: { image: 'i' },
      m: { image: 'i' },
      web: { image: 'x', needs: ['a', 'b', 'c', 'd', 'm completed'] }
    }
  },
  {
    what: 'the policy of deploy before restart',
    files: { 'compose.yaml': web('restart: always, deploy: { restart_policy: { condition: none } }') },
    services: { web: X }
  },
  {
    what: 'a provider',
    files: { 'compose.yaml': 'services: { p: { provider: { type: y } } }' },
    services: { p: { external: true } }
  },
  {
    what: 'replicas',
    files: { 'compose.yaml': web('deploy: { replicas: 3 }') },
    services: { web: { image: 'x', replicas: 3 } }
  },
  {
    what: 'a service with the name of an object property',
    files: { 'compose.yaml': 'services: { constructor: { image: b }, toString: { image: c } }' },
    services: { constructor: { image: 'b' }, toString: { image: 'c' } }
  },
  {
    what: 'a build without an image',
    files: { 'compose.yaml': 'services: { web: { build: . } }' },
    services: { web: {} }
  },

  // What compose refuses
  ...[
    ['not YAML', 'services:\n\tweb: {}\n', /^compose.yaml is not valid YAML at line 2, column 1 \(tab as indent\)$/],
    [
      'a key twice',
      'services:\n  web: {}\n  web: {}\n',
      /^compose.yaml is not valid YAML at line 3, column 3 \(duplicate key\)$/
    ],
    [
      'two "<<"',
      'x-a: &a { image: x }\nservices:\n  web:\n    <<: *a\n    <<: *a\n',
      /^compose.yaml has two "<<" in one mapping at line 5, column 5$/
    ],
    ['an alias of nobody', 'services:\n  web: *nobody\n', /^compose.yaml (is not valid YAML|has an alias)/],
    ['a service of nothing', 'services:\n  web:\n', /^compose.yaml has the service web with nothing in it$/],
    ['services of nothing', 'services:\n', /^compose.yaml has nothing at services, which cannot be$/],
    ['a list', '- a\n', /^compose.yaml is not a mapping at its top level$/],
    [
      'ports that are a text',
      web('ports: "80:80"'),
      /^compose.yaml has a text at services.web.ports, which cannot be$/
    ],
    ['a port that is none', web('ports: ["a:b"]'), /^compose.yaml has a port at services.web.ports that is none/],
    [
      'a number as an image',
      'services: { web: { image: 1.5 } }',
      /^compose.yaml has a number at services.web.image, which cannot be$/
    ],
    ['a number as a key', 'services: { 1: { image: x } }', /^compose.yaml has the key 1, which is no text/],
    ['neither image nor build', 'services: { web: {} }', /^web has neither an image nor something to build one from$/],
    ['an unknown dependency', web('depends_on: [no]'), /^web depends on no, and there is none$/],
    [
      'a circle',
      'services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }',
      /^a depends on b depends on a: a circle$/
    ],
    [
      'two numbers of replicas',
      web('scale: 2, deploy: { replicas: 3 }'),
      /^web has one number under scale and another/
    ],
    [
      'a name for three containers',
      web('scale: 3, container_name: web1'),
      /^web has a container_name, so there cannot be 3 of it$/
    ],
    ...['[":1.2.3.4"]', '["=1.2.3.4"]', '[a]', '[""]', '[5]', '{ "": 1.2.3.4 }', '["::1"]'].map(
      (hosts): [string, string, RegExp] => [
        `extra_hosts: ${hosts}`,
        web(`extra_hosts: ${hosts}`),
        /extra_hosts that is no HOST:ADDRESS$/
      ]
    ),
    ...['{ a: null }', '{ a: 5 }', '{ a: [5] }'].map((hosts): [string, string, RegExp] => [
      `extra_hosts: ${hosts}`,
      web(`extra_hosts: ${hosts}`),
      /^compose.yaml has an address at services.web.extra_hosts that is no text$/
    ]),
    ['an undeclared network', web('networks: [front]'), /^web needs the network front, and there is none$/],
    ['an undeclared volume', web('volumes: ["data:/d"]'), /^web needs the volume data, and there is none$/],
    ['an undeclared secret', web('secrets: [pw]'), /^web needs the secret pw, and there is none$/],
    [
      'network_mode and networks',
      `${web('network_mode: host, networks: [a]')}networks: { a: }\n`,
      /^web has both network_mode and networks$/
    ],
    ['an env_file that is not there', web('env_file: no.env'), /^web needs the env_file no.env, which is not there$/]
  ].map(
    ([what, text, fault]): Row => ({
      what: String(what),
      files: { 'compose.yaml': String(text) },
      fault: fault instanceof RegExp ? fault : /^$/
    })
  ),
  ...[
    '["a:1.2.3.4"]',
    '["a=::1"]',
    '["a:"]',
    '{ a: "" }',
    '{ a: [1.2.3.4, "::1"] }',
    '["a:[::1]", "a=1.2.3.4"]',
    '[]'
  ].map(
    (hosts): Row => ({
      what: `extra_hosts: ${hosts}`,
      files: { 'compose.yaml': web(`extra_hosts: ${hosts}`) },
      services: { web: X }
    })
  ),
  {
    what: 'COMPOSE_ENV_FILES in .env, which compose takes from its own environment only',
    files: {
      'compose.yaml': `services: { web: { image: "x:\${A:-none}" } }`,
      '.env': 'COMPOSE_ENV_FILES=other.env\n',
      'other.env': 'A=other\n'
    },
    services: { web: { image: 'x:none' } }
  },
  {
    what: 'an env_file that need not be there',
    files: { 'compose.yaml': web('env_file: [{ path: no.env, required: false }, yes.env]'), 'yes.env': 'A=1\n' },
    services: { web: X }
  },
  {
    what: 'a key that is not known',
    files: { 'compose.yaml': web('imge: y') },
    services: { web: X },
    unjudged: ['web: "services.web.imge" is not known here']
  },
  {
    what: 'a section that is not known',
    files: { 'compose.yaml': `${WEB}web: {}\n` },
    services: { web: X },
    unjudged: ['has "web", which is not known here']
  }
]
