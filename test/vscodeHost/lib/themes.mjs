// @ts-check
import { readFileSync } from 'node:fs';

/** @typedef {'dark' | 'light' | 'hc' | 'hcLight'} ThemeKind */

/** VS Code's names of the colour themes the webviews are shown in. @type {Record<ThemeKind, string>} */
export const colorThemes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  hc: 'Default High Contrast',
  hcLight: 'Default High Contrast Light',
};

/** The classes of a webview's body; the first is also its `data-vscode-theme-kind`. @type {Record<ThemeKind, string>} */
export const bodyClasses = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hc: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast-light vscode-high-contrast',
};

/** File written by recordThemes.mjs: variables read off VS Code 1.139.1's own webviews. */
export const themeFile = new URL('themeVariables.json', import.meta.url);

/**
 * The `--vscode-*` variables of a theme, as VS Code sets them on a webview's root element.
 * @param {ThemeKind} kind
 * @returns {[string, string][]}
 */
export function themeVariables(kind) {
  /** @type {Record<string, Partial<Record<ThemeKind, string>>>} */
  const table = JSON.parse(readFileSync(themeFile, 'utf8'));
  return Object.entries(table).flatMap(([name, values]) => {
    const value = values[kind];
    return value === undefined ? [] : [/** @type {[string, string]} */ ([name, value])];
  });
}
