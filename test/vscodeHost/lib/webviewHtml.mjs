// @ts-check
import { bodyClasses, colorThemes, themeVariables } from './themes.mjs';

/** What VS Code's own style sheet for webviews does that a page may depend on, or must override. */
const defaultStyles = `@layer vscode-default {
html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
body { margin: 0; padding: 0 20px; background-color: transparent; color: var(--vscode-editor-foreground); overscroll-behavior-x: none;
  font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); }
img, video { max-width: 100%; max-height: 100%; }
a, a code { color: var(--vscode-textLink-foreground); }
a:hover { color: var(--vscode-textLink-activeForeground); }
:is(a, input, select, textarea):focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
code { color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background); padding: 1px 3px; border-radius: 4px; }
::-webkit-scrollbar { width: 10px; height: 10px; }
::-webkit-scrollbar-thumb { background-color: var(--vscode-scrollbarSlider-background); }
}`;

/**
 * Prepares a page as VS Code does before it shows it: theme variables on the root element, its own style sheet first in
 * the head (before the policy's meta tag, which therefore does not apply to it), class and theme of the body.
 * @param {string} html
 * @param {import('./themes.mjs').ThemeKind} theme
 * @returns {string}
 */
export function dressWebview(html, theme) {
  const variables = themeVariables(theme)
    .map(([name, value]) => `${name}: ${value};`)
    .join(' ');
  const name = colorThemes[theme];
  // The webview is a frame over the editor, whose background shows through the page's transparent one.
  const root = `style="${escapeAttribute(`background-color: var(--vscode-editor-background); ${variables}`)}"`;
  const body = `data-vscode-theme-kind="${bodyClasses[theme].split(' ')[0]}" data-vscode-theme-name="${name}" data-vscode-theme-id="${name}"`;
  if (!/<head[\s>]/i.test(html) || !/<body[\s>]/i.test(html))
    throw new Error('the page has no <head> or no <body>');
  return html
    .replace(/<html\b/i, (tag) => `${tag} ${root}`)
    .replace(/<head\b[^>]*>/i, (tag) => `${tag}<style id="_defaultStyles">${defaultStyles}</style>`)
    .replace(/<body\b([^>]*)>/i, (_tag, /** @type {string} */ attributes) => {
      const own = /\bclass=(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
      const classes = [own?.[1] ?? own?.[2], bodyClasses[theme]].filter(Boolean).join(' ');
      const role = /\brole=/i.test(attributes) ? '' : ' role="document"';
      return `<body${own ? attributes.replace(own[0], '') : attributes} class="${classes}"${role} ${body}>`;
    });
}

/** @param {string} text */
function escapeAttribute(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
