interface CheckBoxProps {
  readonly name: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

/** A box to be ticked, with its name. */
export function CheckBox({ name, isChecked, onChange }: CheckBoxProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={({ currentTarget: { checked } }) => onChange(checked)} />
      {name}
    </label>
  );
}
