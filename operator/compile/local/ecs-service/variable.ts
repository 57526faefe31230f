/** A variable of a container: its value, or the key of a Secret that has it. */
export type Variable =
  | { readonly name: string; readonly value: string }
  | {
      readonly name: string;
      readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
    };

/** Kubernetes reads `$(NAME)` in values, commands and arguments as another variable, which ECS does not. */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=[$(])/gu, '$$$$');
}
