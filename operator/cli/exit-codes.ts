/** How commands end; those of `landfall plan` are also those of `terraform plan -detailed-exitcode`. */
export const DONE = 0;
export const FAILED = 1;
/** Something is left to do: changes in a plan, or what nobody has said yes to. */
export const NOT_DONE = 2;
