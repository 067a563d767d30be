import { useId } from 'preact/hooks'

interface FieldOptions {
  label: string
  name: string
  hint?: string
  wrong?: string | undefined
  value?: string
  as?: 'input' | 'textarea' | 'select'
  options?: readonly (readonly [value: string, word: string])[]
  onInput?: (value: string) => void
  required?: boolean
  focus?: boolean
}

/** A labelled field of a form, with its hint, or what is wrong with it. */
export function Field({
  label,
  name,
  hint,
  wrong,
  value,
  as = 'input',
  options = [],
  onInput,
  required,
  focus
}: FieldOptions) {
  const id = useId()
  const said = wrong ?? hint
  const common = {
    id,
    name,
    class: 'input',
    required: required ?? false,
    autoFocus: focus ?? false,
    'aria-invalid': wrong !== undefined,
    'aria-describedby': said ? `${id}-said` : undefined
  }
  const typed = (event: { currentTarget: { value: string } }) => onInput?.(event.currentTarget.value)
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {as === 'select' && (
        <select {...common} value={value} onChange={typed}>
          {options.map(([key, word]) => (
            <option key={key} value={key}>
              {word}
            </option>
          ))}
        </select>
      )}
      {as === 'textarea' && <textarea {...common} rows={4} spellcheck={false} autoComplete="off" onInput={typed} />}
      {as === 'input' && (
        <input {...common} defaultValue={value} spellcheck={false} autoComplete="off" onInput={typed} />
      )}
      {said && (
        <small id={`${id}-said`} class={wrong ? 'wrong' : ''} role={wrong ? 'alert' : undefined}>
          {said}
        </small>
      )}
    </div>
  )
}
