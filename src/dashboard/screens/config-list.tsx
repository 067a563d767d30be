import { useMemo } from 'preact/hooks'
import { notOffered } from '../lib/access/fault.ts'
import { createResource, useResource } from '../lib/data/resource.ts'
import { useDesk } from '../lib/desk.ts'
import { loadSettings, type Setting, type Settings, written } from '../lib/settings.ts'
import { FaultNotice } from '../parts/failures/fault.tsx'
import { NotOffered } from '../parts/failures/not-offered.tsx'
import { Choices, NothingFits, SearchField } from '../parts/forms/filters.tsx'

const isSet = ({ origin }: Setting) => origin !== 'default'

/** Every key as it counts now, with where its value came from. */
export function ConfigList() {
  const { api, route } = useDesk()
  const config = useMemo(() => createResource<Settings>({ load: loadSettings(api) }), [])
  useResource(config)
  if (config.fault.value && notOffered(config.fault.value)) return <NotOffered what="The config" />
  const all = config.data.value?.settings ?? []
  const wanted = route.param('q').toLowerCase()
  const only = route.param('only')
  const shown = all.filter(
    (setting) =>
      (only === '' || isSet(setting)) && `${setting.key} ${written(setting.value)}`.toLowerCase().includes(wanted)
  )
  return (
    <>
      <FaultNotice of={config} what="the config" />
      <p class="soft source">
        {config.data.value?.file ? (
          <>
            Read from <code class="foreign">{config.data.value.file}</code>. Change it there; SIGHUP, or{' '}
            <code>systemctl reload</code>, takes it over.
          </>
        ) : (
          config.data.value && 'There is no config file: all of this is defaults, the environment and flags.'
        )}
      </p>
      {config.data.value?.notes.map((note) => (
        <p key={note} class="notice foreign">
          {note}
        </p>
      ))}
      <div class="filters">
        <Choices
          name="only"
          label="Show settings"
          choices={[
            { value: '', word: 'All', count: all.length },
            { value: 'set', word: 'Set by you', count: all.filter(isSet).length }
          ]}
        />
        <span class="push" />
        <SearchField label="Filter settings" />
      </div>
      {config.data.value && shown.length === 0 ? (
        <NothingFits what="setting" names={['q', 'only']} />
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th class="first">Key</th>
              <th>Value</th>
              <th class="w-origin">From</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((setting) => (
              <tr key={setting.key}>
                <td class="full">
                  <code class="cut">{setting.key}</code>
                </td>
                <td>
                  <span class={`cut foreign mono ${isSet(setting) ? '' : 'faint'}`} title={written(setting.value)}>
                    {written(setting.value)}
                  </span>
                </td>
                <td class={`end ${isSet(setting) ? '' : 'faint'}`}>
                  <span class="cut foreign">{setting.origin}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}
