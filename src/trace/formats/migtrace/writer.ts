/** Writes `.migtrace`: the text for people, the packed form for large recordings. */
export { writeMigtraceText, writeMigtraceTextChunks } from './textWriter';
export { writeMigtracePacked } from './packedWriter';
