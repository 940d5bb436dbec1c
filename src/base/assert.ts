/** Throws when something that the code itself guarantees does not hold. Bad input is a `Problem`, never this. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition)
    throw new Error(`MigTrace defect: ${message}. Please report it with the input that led here.`);
}

/** The value, where absence would be a defect of the code itself. */
export function defined<T>(value: T | undefined | null, what: string): T {
  assert(value !== undefined && value !== null, `${what} is missing`);
  return value;
}
