/** Texts that repeat are worked out once; of more different ones, each by itself. */
const KNOWN_TEXTS = 1024;

/** `of`, with what it gave for the first texts it met kept. */
export function memoized(of: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = of(text);
    if (known.size < KNOWN_TEXTS) known.set(text, made);
    return made;
  };
}
